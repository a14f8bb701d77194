/** Who is at work, what is in their way, and how the images of a dead one are taken over. */
export const workers = {
  id: 3,
  name: 'workers',
  sql: String.raw`
create table kuva.workers (
  id text primary key,
  -- Its number in the advisory lock that says that it lives.
  no int generated always as identity unique,
  pipeline_id int not null references kuva.pipelines,
  host text not null,
  pid int not null,
  version text not null,
  started_at timestamptz not null default now(),
  -- When it last got its lock: before a restart of the server, or after?
  locked_at timestamptz not null default now(),
  -- When somebody first saw that the lock is gone.
  lost_since timestamptz,
  -- What it is called in the locks of Graphile Worker: one name for each time that it connected.
  pools text[] not null default '{}'
);

create table kuva.outages (
  pipeline_id int not null references kuva.pipelines,
  worker text not null,
  code text not null,
  what text not null,
  remedy text,
  since timestamptz not null default now(),
  primary key (pipeline_id, worker)
);

-- The sessions that hold advisory locks of one class in this database: (number, backend).
create function kuva.held_locks(class int) returns table (no int, backend int) language sql stable as $$
  select l.objid::int, l.pid from pg_locks l
    where l.locktype = 'advisory' and l.classid = class::oid and l.objsubid = 2 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
$$;

-- Jobs. The whole identity goes with each, so that a worker knows what to ask for before it begins.
create function kuva.task_of(pipeline int) returns text language sql immutable as $$
  select 'kuva-pipeline-' || pipeline
$$;

create function kuva.job_key_of(image bigint) returns text language sql immutable as $$
  select 'kuva-image-' || image
$$;

-- Gives each of these images a job, due when the image is, instead of the one that it may have. Attempts are
-- counted by us: Graphile's own retries (25, at most some days) must never end.
create function kuva.add_image_jobs(ids bigint[]) returns void language plpgsql as $$
begin
  if coalesce(cardinality(ids), 0) = 0 then return; end if;
  perform count(*) from graphile_worker.add_jobs(array(
    select (
      kuva.task_of(i.pipeline_id),
      json_build_object('id', i.id::text, 'bucket', b.name, 'key', i.key, 'etag', i.etag, 'size', i.size),
      null, i.due_at, 32767, kuva.job_key_of(i.id), 0, null
    )::graphile_worker.job_spec
    from kuva.images i join kuva.buckets b on b.id = i.bucket_id
    where i.id = any(ids)
    order by i.id
  ));
end $$;

-- Gives back what a worker had: unlocks its jobs, queues what it had in work. The attempt was begun and counts.
-- An image that was given back several times may be what kills its workers: such ones come back spread over
-- time, so that they do not blame each other for being in work at the same moment.
create function kuva.give_back(worker_ids text[], free_pools text[]) returns int language plpgsql as $$
declare
  given bigint[];
begin
  perform graphile_worker.force_unlock_workers(free_pools);
  with back as (
    update kuva.images set
        state = 'queued', worker = null, changed_at = now(),
        due_at = now() + case when attempts < 2 then interval '0' else random() * interval '1 second' * (2 ^ least(attempts, 6)) end
      where state = 'processing' and worker = any(worker_ids)
      returning id
  ) select array_agg(id) into given from back;
  perform kuva.add_image_jobs(given);
  return coalesce(cardinality(given), 0);
end $$;

-- A worker says that it is there: its row, and a lock that goes when its connection does. When its last connection
-- broke and the server has not noticed, that one's session is ended, since it would keep the lock for seconds.
create function kuva.register_worker(
  me text, pipeline int, my_host text, my_pid int, my_version text, my_pools text[], class int
) returns int language plpgsql as $$
declare
  my_no int;
begin
  insert into kuva.workers as w (id, pipeline_id, host, pid, version, pools)
    values (me, pipeline, my_host, my_pid, my_version, my_pools)
    on conflict (id) do update set
      pools = excluded.pools, locked_at = clock_timestamp(), lost_since = null
    returning w.no into my_no;
  if not pg_try_advisory_lock(class, my_no) then
    perform pg_terminate_backend(l.backend) from kuva.held_locks(class) l
      where l.no = my_no and l.backend <> pg_backend_pid();
    perform pg_advisory_lock(class, my_no);
  end if;
  return my_no;
end $$;

-- A worker leaves in order. What it still had in work (it was told to stop at once) is given back.
create function kuva.unregister_worker(me text) returns void language plpgsql as $$
begin
  perform kuva.give_back(array[me], coalesce((select pools from kuva.workers where id = me), '{}'));
  delete from kuva.outages where worker = me;
  delete from kuva.workers where id = me;
  perform pg_advisory_unlock_all();
end $$;

-- A worker connected anew, and nothing is under way any more that it took under these names. Jobs that are still
-- locked by them were done without that being noted, or never arrived: they are free, and doing them again does no harm.
create function kuva.drop_pools(me text, gone text[]) returns void language plpgsql as $$
begin
  perform graphile_worker.force_unlock_workers(gone);
  update kuva.workers set pools = array(select p from unnest(pools) p where not p = any(gone)) where id = me;
end $$;

-- Looks for workers whose lock is gone, and takes over what they had. Whoever lives does so every second. A lock
-- that is gone is believed after a second and a half, since a living worker whose connection broke gets it again
-- at once. After a restart of the server all locks are gone: then everybody gets 15 seconds to come back.
create function kuva.rescue(class int) returns table (worker text, images int) language plpgsql as $$
declare
  dead record;
begin
  update kuva.workers w set lost_since = case when held then null else clock_timestamp() end
    from (select v.id, exists (select from kuva.held_locks(class) l where l.no = v.no) as held from kuva.workers v) seen
    where w.id = seen.id and (w.lost_since is null) <> seen.held;
  for dead in
    select w.id, w.no, w.pools from kuva.workers w
      where w.lost_since < clock_timestamp() - interval '1.5 seconds'
        and (w.locked_at > pg_postmaster_start_time() or pg_postmaster_start_time() < clock_timestamp() - interval '15 seconds')
      for update skip locked
  loop
    continue when exists (select from kuva.held_locks(class) l where l.no = dead.no);
    worker := dead.id;
    images := kuva.give_back(array[dead.id], dead.pools);
    delete from kuva.outages o where o.worker = dead.id;
    delete from kuva.workers w where w.id = dead.id;
    return next;
  end loop;
end $$;

-- Mends what no protocol should leave, and an accident may: an image that waits without a job, one in work with
-- a worker that is not there, a job locked by nobody who lives, and the remains of jobs that were replaced.
create function kuva.repair() returns int language plpgsql as $$
declare
  mended bigint[];
begin
  perform graphile_worker.force_unlock_workers(array(
    select distinct j.locked_by from graphile_worker.jobs j
      where j.locked_by is not null and j.locked_at < now() - interval '10 seconds'
        and j.task_identifier like 'kuva-pipeline-%'
        and not exists (select from kuva.workers w where j.locked_by = any(w.pools))
  ));
  perform count(*) from graphile_worker.complete_jobs(array(
    select j.id from graphile_worker.jobs j
      where j.key is null and j.locked_at is null and j.attempts >= j.max_attempts
        and j.task_identifier like 'kuva-pipeline-%'
  ));
  update kuva.images i set state = 'queued', worker = null, changed_at = now(), due_at = now()
    where i.state = 'processing' and i.started_at < now() - interval '30 seconds'
      and not exists (select from kuva.workers w where w.id = i.worker);
  select array_agg(i.id) into mended from kuva.images i
    where i.state = 'queued' and i.changed_at <= now()
      and not exists (select from graphile_worker.jobs j where j.key = kuva.job_key_of(i.id));
  perform kuva.add_image_jobs(mended);
  delete from kuva.outages o where o.since < now() - interval '1 hour'
    and not exists (select from kuva.workers w where w.id = o.worker);
  return coalesce(cardinality(mended), 0);
end $$;

-- What this worker began and has put out of its hands without a word (the ledger refused its last one).
create function kuva.repair_own(me text, in_work bigint[]) returns int language plpgsql as $$
declare
  mended bigint[];
begin
  with back as (
    update kuva.images set state = 'queued', worker = null, changed_at = now(), due_at = now()
      where state = 'processing' and worker = me and started_at < now() - interval '10 seconds' and not id = any(in_work)
      returning id
  ) select array_agg(id) into mended from back;
  perform kuva.add_image_jobs(mended);
  return coalesce(cardinality(mended), 0);
end $$;
`,
} as const;
