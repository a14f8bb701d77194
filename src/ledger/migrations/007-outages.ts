/** Every thing that a worker waits for is told, not only the one that it has waited for longest. */
export const outages = {
  id: 7,
  name: 'outages',
  sql: String.raw`
-- Of a worker of an earlier version it is only known that it waits for something.
alter table kuva.outages
  add column resource text not null default 'unknown',
  add column url text not null default '';
alter table kuva.outages drop constraint outages_pkey;
alter table kuva.outages add primary key (pipeline_id, worker, resource);

-- Replaces what a worker said before. Ages instead of times: the clocks of workers need not be right.
create function kuva.report_outages(pipeline int, me text, told jsonb) returns void language sql as $$
  delete from kuva.outages where pipeline_id = pipeline and worker = me;
  insert into kuva.outages (pipeline_id, worker, resource, url, code, what, remedy, since)
    select pipeline, me, t.resource, t.url, t.code, t.what, t.remedy, now() - t.age * interval '1 millisecond'
      from jsonb_to_recordset(told) as t (resource text, url text, code text, what text, remedy text, age float8)
    on conflict (pipeline_id, worker, resource) do nothing;
$$;
`,
} as const;
