/** Images with their states, and how many there are of each. */
export const images = {
  id: 1,
  name: 'images',
  sql: String.raw`
create table kuva.pipelines (
  id int generated always as identity primary key,
  name text not null unique
);

-- A folder's absolute path may be longer than an index entry can be, so that uniqueness goes by a hash.
create table kuva.buckets (
  id int generated always as identity primary key,
  name text not null
);
create unique index buckets_name on kuva.buckets (md5(name));

create function kuva.bucket_id(wanted text) returns int language plpgsql as $$
declare
  found_id int;
begin
  select id into found_id from kuva.buckets where md5(name) = md5(wanted) and name = wanted;
  if found_id is null then
    insert into kuva.buckets (name) values (wanted) on conflict do nothing;
    select id into found_id from kuva.buckets where md5(name) = md5(wanted) and name = wanted;
  end if;
  return found_id;
end $$;

-- Higher for every attempt in this database: whoever begins the next attempt at an image ends the one before.
create sequence kuva.tokens as bigint;

create table kuva.images (
  id bigint generated always as identity primary key,
  pipeline_id int not null references kuva.pipelines,
  bucket_id int not null references kuva.buckets,
  -- "C": keys are compared byte for byte, and a search by prefix can use the index.
  key text collate "C" not null,
  etag text collate "C" not null,
  size bigint not null,
  last_modified timestamptz not null,
  state text not null default 'queued'
    check (state in ('queued', 'processing', 'done', 'rejected', 'failed', 'superseded')),
  -- One more each time that the same bytes are put in again after they had been done.
  round int not null default 1,
  -- The round whose records are committed; 0: none yet.
  committed_round int not null default 0,
  attempts int not null default 0,
  max_attempts int not null default 1,
  token bigint not null default 0,
  worker text,
  discovered_at timestamptz not null default now(),
  -- When it was put in for this round, and when its next attempt is due (later, after a pause).
  queued_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  started_at timestamptz,
  settled_at timestamptz,
  -- The last change of state: what "newest first" means.
  changed_at timestamptz not null default now(),
  failure_code text,
  failure_what text,
  failure_remedy text,
  moved_to text
);

-- An image's identity. The key comes first, so that it serves prefixes whatever the bucket.
create unique index images_identity on kuva.images (pipeline_id, key, etag, bucket_id);
-- Lists by state and time, images done in the last hour, the last one done.
create index images_state on kuva.images (pipeline_id, state, changed_at, id);
-- The oldest that still waits.
create index images_waiting on kuva.images (pipeline_id, queued_at) where state = 'queued';
-- What a worker has in work: for the rescue of a dead one's images.
create index images_worker on kuva.images (worker) where state = 'processing';
-- Reasons of what was set aside.
create index images_set_aside on kuva.images (pipeline_id, state, failure_code) where state in ('rejected', 'failed');

-- The ways from state to state, as in src/image/state.ts; the tests compare the two.
create function kuva.check_state() returns trigger language plpgsql as $$
begin
  if not (case old.state
      when 'queued' then new.state in ('processing')
      when 'processing' then new.state in ('queued', 'done', 'rejected', 'failed', 'superseded')
      when 'done' then new.state in ('queued')
      when 'rejected' then new.state in ('queued')
      when 'failed' then new.state in ('queued')
      when 'superseded' then new.state in ('queued')
      else false
    end) then
    raise exception 'image % cannot go from % to %', old.id, old.state, new.state using errcode = 'KV001';
  end if;
  return new;
end $$;

create trigger check_state before update on kuva.images
  for each row when (old.state is distinct from new.state) execute function kuva.check_state();

-- How many images are in each state, and how many records there are. count(*) takes a third of a second at a
-- million rows, and is asked for four times a second. One row for all would make every commit wait for the one
-- before it: so there are 32, and a session adds to its own. Their sum is exact, in every snapshot.
create table kuva.counters (
  pipeline_id int not null references kuva.pipelines,
  what text not null,
  slot int not null,
  n bigint not null,
  primary key (pipeline_id, what, slot)
) with (fillfactor = 50);

create function kuva.count_images() returns trigger language plpgsql as $$
declare
  my_slot int := pg_backend_pid() % 32;
begin
  -- Sorted, so that two sessions that share a slot never wait for each other in a circle.
  if tg_op = 'INSERT' then
    insert into kuva.counters as c (pipeline_id, what, slot, n)
      select pipeline_id, state, my_slot, count(*) from after group by 1, 2 order by 1, 2
      on conflict (pipeline_id, what, slot) do update set n = c.n + excluded.n;
  else
    insert into kuva.counters as c (pipeline_id, what, slot, n)
      select pipeline_id, state, my_slot, sum(d) from (
        select pipeline_id, state, 1 as d from after
        union all
        select pipeline_id, state, -1 from before
      ) changes group by 1, 2 having sum(d) <> 0 order by 1, 2
      on conflict (pipeline_id, what, slot) do update set n = c.n + excluded.n;
  end if;
  return null;
end $$;

create trigger count_inserted after insert on kuva.images
  referencing new table as after for each statement execute function kuva.count_images();
create trigger count_updated after update on kuva.images
  referencing old table as before new table as after for each statement execute function kuva.count_images();
`,
} as const;
