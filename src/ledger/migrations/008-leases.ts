/** A worker that hangs or is cut off loses what it has after its lease, though its connection and its locks are still there. */
export const leases = {
  id: 8,
  name: 'leases',
  // An older worker gives no heartbeat, and would be taken for one that hangs.
  breaking: true,
  sql: String.raw`
alter table kuva.workers
  -- When it last said that it lives, by this database's clock alone, and how long that holds.
  add column beat_at timestamptz not null default clock_timestamp(),
  add column lease interval not null default '60 seconds',
  -- What its connections are called (application_name), so that all of them can be ended.
  add column sessions text;

-- Ends the connections of a worker that is believed dead: with the one that shows that it lives its locks go, and
-- none of the others is left behind, where a process that hangs would fill the queue of notifications in time. A role
-- may end its own sessions. Those of a worker with another role stay; fencing tokens keep it from doing harm.
create function kuva.end_sessions(class int, worker_no int, called text) returns void language plpgsql as $$
declare
  session int;
begin
  for session in
    select l.backend from kuva.held_locks(class) l where l.no = worker_no
    union
    select a.pid from pg_stat_activity a where a.datname = current_database() and a.application_name = called
  loop
    continue when session = pg_backend_pid();
    begin
      perform pg_terminate_backend(session);
    exception when insufficient_privilege then null;
    end;
  end loop;
end $$;

-- As before, with the lease; and it gets its number anew when it had been given up meanwhile.
drop function kuva.register_worker(text, int, text, int, text, text[], int);
create function kuva.register_worker(
  me text, pipeline int, my_host text, my_pid int, my_version text, my_pools text[], my_lease_ms double precision, class int
) returns int language plpgsql as $$
declare
  my_no int;
begin
  insert into kuva.workers as w (id, pipeline_id, host, pid, version, pools, lease, sessions)
    values (
      me, pipeline, my_host, my_pid, my_version, my_pools, my_lease_ms * interval '1 millisecond',
      nullif(current_setting('application_name'), '')
    )
    on conflict (id) do update set
      pools = excluded.pools, lease = excluded.lease, sessions = excluded.sessions,
      locked_at = clock_timestamp(), beat_at = clock_timestamp(), lost_since = null
    returning w.no into my_no;
  if not pg_try_advisory_lock(class, my_no) then
    perform kuva.end_sessions(class, my_no, null);
    perform pg_advisory_lock(class, my_no);
  end if;
  return my_no;
end $$;

-- The heartbeat: false when this worker was given up meanwhile, or this connection is not the one that holds its lock.
-- Written at most ten times in a lease, at least once in five seconds.
create function kuva.beat(me text, class int) returns boolean language plpgsql as $$
declare
  mine kuva.workers;
begin
  select * into mine from kuva.workers where id = me;
  if not found or not exists (
    select from kuva.held_locks(class) l where l.no = mine.no and l.backend = pg_backend_pid()
  ) then
    return false;
  end if;
  if mine.beat_at < clock_timestamp() - least(mine.lease / 10, interval '5 seconds') or mine.lost_since is not null then
    update kuva.workers set beat_at = clock_timestamp(), lost_since = null where id = me;
    return found;
  end if;
  return true;
end $$;

-- Replaces rescue. A worker is lost when its lock is gone, as before, or when its heartbeat is older than its lease.
-- The latter is first suspected a while before, so that it takes two looks some time apart: after a pause of the
-- whole database all heartbeats are old, and the first to look must not take over everybody else.
drop function kuva.rescue(int);
create function kuva.rescue(me text, class int) returns table (worker text, images int, silent boolean) language plpgsql as $$
declare
  dead record;
begin
  update kuva.workers w set lost_since = case when seen.fine then null else clock_timestamp() end
    from (
      select v.id, v.beat_at > clock_timestamp() - v.lease * 0.75
          and exists (select from kuva.held_locks(class) l where l.no = v.no) as fine
        from kuva.workers v
    ) seen
    where w.id = seen.id and w.id <> me and (w.lost_since is null) <> seen.fine;
  for dead in
    select w.id, w.no, w.pools, w.sessions, w.lease, w.beat_at, w.lost_since from kuva.workers w
      where w.lost_since < clock_timestamp() - interval '1.5 seconds' and w.id <> me
        and (w.locked_at > pg_postmaster_start_time() or pg_postmaster_start_time() < clock_timestamp() - interval '15 seconds')
      for update skip locked
  loop
    silent := exists (select from kuva.held_locks(class) l where l.no = dead.no);
    continue when silent and (
      dead.beat_at > clock_timestamp() - dead.lease
      or dead.lost_since > clock_timestamp() - least(dead.lease / 5, interval '10 seconds')
    );
    if silent then perform kuva.end_sessions(class, dead.no, dead.sessions); end if;
    worker := dead.id;
    images := kuva.give_back(array[dead.id], dead.pools);
    delete from kuva.outages o where o.worker = dead.id;
    delete from kuva.workers w where w.id = dead.id;
    return next;
  end loop;
end $$;

-- As before, but each job comes back under a number of its own: whoever had it may yet note it as done (it was only
-- believed dead), and that removes the job of that number, whoever has it then. What was begun once keeps its place in
-- the queue: behind a backlog it would wait for hours.
create or replace function kuva.give_back(worker_ids text[], free_pools text[]) returns int language plpgsql as $$
declare
  locked bigint[];
  waiting bigint[];
  given bigint[];
begin
  select array_agg(j.id), array_agg(substr(j.key, length('kuva-image-') + 1)::bigint) filter (where j.key like 'kuva-image-%')
    into locked, waiting
    from graphile_worker.jobs j where j.locked_by = any(free_pools);
  perform graphile_worker.force_unlock_workers(free_pools);
  perform count(*) from graphile_worker.complete_jobs(locked);
  with back as (
    update kuva.images set
        state = 'queued', worker = null, changed_at = now(),
        due_at = case when attempts < 2 then least(due_at, now())
          else now() + random() * interval '1 second' * (2 ^ least(attempts, 6)) end
      where state = 'processing' and worker = any(worker_ids)
      returning id
  ) select array_agg(id) into given from back;
  perform kuva.add_image_jobs(array(
    select i.id from kuva.images i where i.id = any(waiting || given) and i.state = 'queued'
  ));
  return coalesce(cardinality(given), 0);
end $$;

-- Is this attempt still the newest, and its image not queued again?
create function kuva.holds(image bigint, my_token bigint) returns boolean language sql stable as $$
  select exists (select from kuva.images i where i.id = image and i.token = my_token and i.state <> 'queued')
$$;
`,
} as const;
