/** What keeps the rate when a million images wait: no look at the queue takes longer the longer the queue is. */
export const backlog = {
  id: 5,
  name: 'backlog',
  sql: String.raw`
-- Graphile Worker's own index is by priority and time alone: a pipeline whose neighbour in the same database has a
-- million jobs waiting would read them all for each job of its own (0.15 s, measured). See getJob.ts.
create index kuva_jobs_by_task on graphile_worker._private_jobs (task_id, priority, run_at) where is_available = true;
-- What a dead or reconnected worker had locked; and the remains of replaced jobs, which have lost their key. Both few.
create index kuva_jobs_locked on graphile_worker._private_jobs (locked_by) where locked_by is not null;
create index kuva_jobs_without_key on graphile_worker._private_jobs (id) where key is null;

-- How far the search for waiting images without a job has come; nulls: it begins anew.
create table kuva.sweeps (
  pipeline_id int primary key references kuva.pipelines,
  changed_at timestamptz,
  image_id bigint
);

-- The next waiting images after a place in their order, and which of them have no job. Its settings keep it from
-- sorting or scanning all that waits, whatever the statistics of a minute ago make of it.
create function kuva.waiting_after(
  pipeline int, after_time timestamptz, after_id bigint, most int,
  out jobless bigint[], out looked_at int, out last_time timestamptz, out last_id bigint
) language sql stable set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off as $$
  select array_agg(w.id) filter (where not w.has_job), count(*)::int,
      (array_agg(w.changed_at order by w.changed_at desc, w.id desc))[1],
      (array_agg(w.id order by w.changed_at desc, w.id desc))[1]
    from (
      select i.*, j.has_job is not null as has_job
        from (
          select id, changed_at from kuva.images
            where pipeline_id = pipeline and state = 'queued' and changed_at <= now()
              and (changed_at, id) > (coalesce(after_time, '-infinity'), coalesce(after_id, 0))
            order by changed_at, id limit most
        ) i
        left join lateral (
          select true as has_job from graphile_worker.jobs j where j.key = kuva.job_key_of(i.id) limit 1
        ) j on true
    ) w
$$;

-- As before, but in pieces: to look at a million waiting images took 2.9 s, and where that took more than 10 s the
-- worker's connection was given up as dead, again and again. Of waiting images each call looks at the next 5,000 of
-- each pipeline; so a call looks at all of them where no more wait.
create or replace function kuva.repair() returns int language plpgsql as $$
declare
  most constant int := 5000;
  given_back bigint[];
  mended int;
  sweep kuva.sweeps;
  piece record;
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
  with back as (
    update kuva.images i set state = 'queued', worker = null, changed_at = now(), due_at = now()
      where i.state = 'processing' and i.started_at < now() - interval '30 seconds'
        and not exists (select from kuva.workers w where w.id = i.worker)
      returning i.id
  ) select array_agg(id) into given_back from back;
  perform kuva.add_image_jobs(given_back);
  mended := coalesce(cardinality(given_back), 0);

  insert into kuva.sweeps (pipeline_id)
    select id from kuva.pipelines p where not exists (select from kuva.sweeps s where s.pipeline_id = p.id)
    on conflict do nothing;
  -- A piece that another worker looks at just now is in good hands.
  for sweep in select * from kuva.sweeps order by pipeline_id for update skip locked loop
    select * into piece from kuva.waiting_after(sweep.pipeline_id, sweep.changed_at, sweep.image_id, most);
    perform kuva.add_image_jobs(piece.jobless);
    mended := mended + coalesce(cardinality(piece.jobless), 0);
    update kuva.sweeps s set
        changed_at = case when piece.looked_at < most then null else piece.last_time end,
        image_id = case when piece.looked_at < most then null else piece.last_id end
      where s.pipeline_id = sweep.pipeline_id;
  end loop;

  delete from kuva.outages o where o.since < now() - interval '1 hour'
    and not exists (select from kuva.workers w where w.id = o.worker);
  return mended;
end $$;
`,
} as const;
