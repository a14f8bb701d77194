/** For those who look: finding an image by a hash, and how much was done when. */
export const looking = {
  id: 10,
  name: 'looking',
  sql: String.raw`
-- Hash indexes: a third of the size of others for texts of this length, and all that is asked is "the same".
create index records_input_sha256 on kuva.records using hash (input_sha256);
create index records_output_sha256 on kuva.records using hash (output_sha256);

-- What was done in each minute that is over. Counted by whoever asks, when somebody asks: it costs workers nothing.
create table kuva.minutes (
  pipeline_id int not null references kuva.pipelines,
  minute timestamptz not null,
  done bigint not null,
  aside bigint not null,
  bytes bigint not null,
  primary key (pipeline_id, minute)
);

-- What was done in each minute from one time to another.
create function kuva.count_minutes(pipeline int, since timestamptz, before timestamptz)
returns table (minute timestamptz, done bigint, aside bigint, bytes bigint) language sql stable as $$
  with made as (
    -- An image with several outputs counts once.
    select date_trunc('minute', min(recorded_at)) as minute, max(input_bytes) as bytes from kuva.records
      where pipeline_id = pipeline and recorded_at >= since and recorded_at < before
      group by image_id, round
  ), made_by_minute as (
    select m.minute, count(*) as done, sum(m.bytes) as bytes from made m group by 1
  ), aside_by_minute as (
    select date_trunc('minute', i.changed_at) as minute, count(*) as aside
      from unnest(array['rejected', 'failed']) as s (state)
      join kuva.images i on i.pipeline_id = pipeline and i.state = s.state and i.changed_at >= since and i.changed_at < before
      group by 1
  )
  select t.minute, coalesce(m.done, 0), coalesce(a.aside, 0), coalesce(m.bytes, 0)::bigint
    from generate_series(since, before - interval '1 second', interval '1 minute') as t (minute)
    left join made_by_minute m on m.minute = t.minute
    left join aside_by_minute a on a.minute = t.minute
$$;

-- By steps of so many seconds, the last of which is not over yet.
create function kuva.history(
  pipeline int, step int, steps int,
  out first_at timestamptz, out done_in bigint[], out aside_in bigint[], out bytes_in bigint[]
) language plpgsql as $$
declare
  -- What is written now shows when its transaction ends: the last two minutes are counted anew each time.
  over timestamptz := date_trunc('minute', now() - interval '2 minutes');
  first_missing timestamptz;
  last_missing timestamptz;
begin
  -- Who may only read counts all of it each time.
  if pg_is_in_recovery() or not (has_table_privilege('kuva.minutes', 'insert') and has_table_privilege('kuva.minutes', 'delete')) then over := '-infinity'; end if;
  first_at := to_timestamp(floor(extract(epoch from now()) / step) * step - (steps - 1) * step);
  select min(t.minute), max(t.minute) into first_missing, last_missing
    from generate_series(first_at, greatest(over, first_at) - interval '1 second', interval '1 minute') as t (minute)
    where not exists (select from kuva.minutes m where m.pipeline_id = pipeline and m.minute = t.minute);
  if first_missing is not null then
    insert into kuva.minutes as m (pipeline_id, minute, done, aside, bytes)
      select pipeline, c.minute, c.done, c.aside, c.bytes
        from kuva.count_minutes(pipeline, first_missing, last_missing + interval '1 minute') c
      on conflict do nothing;
    delete from kuva.minutes m where m.pipeline_id = pipeline and m.minute < now() - interval '8 days';
  end if;
  with minutes as (
    select m.minute, m.done, m.aside, m.bytes from kuva.minutes m
      where m.pipeline_id = pipeline and m.minute >= first_at and m.minute < over
    union all
    select c.minute, c.done, c.aside, c.bytes from kuva.count_minutes(pipeline, greatest(over, first_at), date_trunc('minute', now()) + interval '1 minute') c
  ), buckets as (
    select n, coalesce(sum(m.done), 0) as done, coalesce(sum(m.aside), 0) as aside, coalesce(sum(m.bytes), 0) as bytes
      from generate_series(0, steps - 1) as g (n)
      left join minutes m on m.minute >= first_at + n * step * interval '1 second'
        and m.minute < first_at + (n + 1) * step * interval '1 second'
      group by n
  )
  select array_agg(b.done order by b.n), array_agg(b.aside order by b.n), array_agg(b.bytes order by b.n)
    into done_in, aside_in, bytes_in from buckets b;
end $$;
`,
} as const;
