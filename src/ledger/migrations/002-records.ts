/** The rows that prove what was done, and who owns which output key. */
export const records = {
  id: 2,
  name: 'records',
  sql: String.raw`
-- A recipe's text once, not in each of 500,000 records.
create table kuva.recipes (
  id int generated always as identity primary key,
  digest text not null unique,
  text text not null
);

-- One row an output. It repeats what it says about the input, and is never changed: a proof does not depend on
-- what becomes of the image's own row.
create table kuva.records (
  id bigint generated always as identity primary key,
  image_id bigint not null references kuva.images,
  pipeline_id int not null references kuva.pipelines,
  round int not null,
  output text not null,
  recorded_at timestamptz not null default now(),
  recipe_id int not null references kuva.recipes,
  attempt int not null,
  worker text not null,
  input_bucket_id int not null references kuva.buckets,
  input_key text collate "C" not null,
  input_etag text collate "C" not null,
  input_version text,
  input_bytes bigint not null,
  input_sha256 text not null,
  input_format text not null,
  input_width int not null,
  input_height int not null,
  input_pages int not null,
  output_bucket_id int not null references kuva.buckets,
  output_key text collate "C" not null,
  output_etag text collate "C" not null,
  output_bytes bigint not null,
  output_sha256 text not null,
  output_format text not null,
  output_width int not null,
  output_height int not null,
  output_pages int not null,
  durations jsonb not null,
  -- The same upload is never logged twice.
  unique (image_id, round, output)
);

create index records_newest on kuva.records (pipeline_id, id);
create index records_time on kuva.records (pipeline_id, recorded_at, id);
create index records_input_key on kuva.records (pipeline_id, input_key);
create index records_output_key on kuva.records (pipeline_id, output_key);

create function kuva.count_records() returns trigger language plpgsql as $$
begin
  insert into kuva.counters as c (pipeline_id, what, slot, n)
    select pipeline_id, 'records', pg_backend_pid() % 32, count(*) from after group by 1 order by 1
    on conflict (pipeline_id, what, slot) do update set n = c.n + excluded.n;
  return null;
end $$;
create trigger count_inserted after insert on kuva.records
  referencing new table as after for each statement execute function kuva.count_records();

-- Records become visible in another order than that of their ids, so that a reader who follows by id could skip one
-- for ever. Therefore each writer shows, as long as it is at it, a number that all its ids will be above.
create function kuva.announce_records(class int) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(class, ((s.last_value - case when s.is_called then 0 else 1 end) & 2147483647)::int)
    from kuva.records_id_seq s;
end $$;

-- The highest id below which nothing more will appear. The order of the two looks matters: a writer that has an id
-- up to the first answer was announced before, and shows in the second unless it has ended.
create function kuva.settled_records(class int) returns bigint language plpgsql as $$
declare
  given bigint;
  under_way bigint;
begin
  select s.last_value into given from kuva.records_id_seq s;
  select min(l.no) into under_way from kuva.held_locks(class) l;
  return least(given, under_way);
end $$;

-- Which image an output key belongs to: the one that asked first, for ever. What was last written there is kept
-- with it, since that is the one object that its owner may overwrite, and what should lie in the bucket now.
create table kuva.output_keys (
  bucket_id int not null references kuva.buckets,
  key text collate "C" not null,
  image_id bigint not null references kuva.images,
  record_id bigint references kuva.records,
  etag text,
  sha256 text,
  primary key (bucket_id, key)
);
`,
} as const;
