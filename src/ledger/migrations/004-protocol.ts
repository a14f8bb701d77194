/** The protocol of one image: enqueue, begin, commit, settle, retry; each one round trip. */
export const protocol = {
  id: 4,
  name: 'protocol',
  sql: String.raw`
-- Queues what was not known, and what is known as over but lies there again. Most of a listing is neither, and is
-- only looked up. Returns how many were queued.
create function kuva.enqueue(
  pipeline int, bucket text, keys text[], etags text[], sizes bigint[], modified timestamptz[], listed_at timestamptz
) returns int language plpgsql as $$
declare
  b int := kuva.bucket_id(bucket);
  queued bigint[];
begin
  with seen as (
    select distinct on (key, etag) key collate "C" as key, etag collate "C" as etag, size, last_modified
      from unnest(keys, etags, sizes, modified) as s (key, etag, size, last_modified)
      order by key, etag
  ), fresh as (
    insert into kuva.images (pipeline_id, bucket_id, key, etag, size, last_modified)
      select pipeline, b, key, etag, size, last_modified from seen
        where not exists (
          select from kuva.images i
            where i.pipeline_id = pipeline and i.key = seen.key and i.etag = seen.etag and i.bucket_id = b
        )
        order by key, etag
      on conflict do nothing
      returning id
  ), again as (
    update kuva.images i set
        state = 'queued', round = i.round + 1, attempts = 0, worker = null,
        size = seen.size, last_modified = seen.last_modified,
        queued_at = now(), due_at = now(), changed_at = now(), started_at = null, settled_at = null,
        -- A rejected image keeps its reason and its place: the listing may have seen it between its settling and its
        -- removal, and then there is nothing to do again.
        failure_code = case i.state when 'rejected' then i.failure_code end,
        failure_what = case i.state when 'rejected' then i.failure_what end,
        failure_remedy = case i.state when 'rejected' then i.failure_remedy end,
        moved_to = case i.state when 'rejected' then i.moved_to end
      from seen
      where i.pipeline_id = pipeline and i.key = seen.key and i.etag = seen.etag and i.bucket_id = b
        -- A listing that was begun before the image was settled may still show the old object.
        and i.settled_at < listed_at
        and (i.state in ('done', 'superseded') or (i.state = 'rejected' and i.moved_to is not null))
      returning i.id
  ) select array_agg(id) into queued from (select id from fresh union all select id from again) q;
  perform kuva.add_image_jobs(queued);
  return coalesce(cardinality(queued), 0);
end $$;

-- Begins an attempt and grants the keys of its outputs. Answers as JSON, with 64-bit numbers as text:
-- {outcome: begun, ...} | {outcome: over, state} | {outcome: exhausted} | {outcome: taken, key}
create function kuva.begin_attempt(
  pipeline int, image bigint, me text, most int,
  out_bucket text, conflict text, outputs text[], keys text[], alternatives text[]
) returns jsonb language plpgsql as $$
declare
  i kuva.images;
  b int;
  granted jsonb := '[]';
  taken text[] := '{}';
  wanted text;
  own kuva.output_keys;
  n int;
begin
  select * into i from kuva.images where id = image and pipeline_id = pipeline for update;
  if not found or i.state not in ('queued', 'processing') then
    return jsonb_build_object('outcome', 'over', 'state', i.state);
  end if;

  -- Every attempt that ends otherwise than by a worker's death is settled, and the last one of those is 'failed'.
  if i.attempts >= most then
    if i.state = 'queued' then update kuva.images set state = 'processing' where id = image; end if;
    update kuva.images set
        state = 'failed', worker = null, settled_at = now(), changed_at = now(), token = nextval('kuva.tokens'),
        failure_code = 'transform-crashed',
        failure_what = format('Its %s attempts ended without a word: the worker was killed or cut off each time', i.attempts),
        failure_remedy = 'Look whether this image needs more memory than the machine has; then use kuva retry.'
      where id = image;
    return jsonb_build_object('outcome', 'exhausted');
  end if;

  b := kuva.bucket_id(out_bucket);
  for n in 1 .. coalesce(cardinality(keys), 0) loop
    for attempt in 1 .. 2 loop
      wanted := case attempt when 1 then keys[n] else alternatives[n] end;
      insert into kuva.output_keys (bucket_id, key, image_id) values (b, wanted, image) on conflict do nothing;
      select * into own from kuva.output_keys o where o.bucket_id = b and o.key = wanted for update;
      -- A key serves one output of an image only.
      if own.image_id = image and not wanted = any(taken) then exit; end if;
      if conflict = 'replace' and own.image_id <> image then
        -- Not under its owner's hands: two images would write one object at the same time. A moment later, then.
        if exists (select from kuva.images o where o.id = own.image_id and o.state = 'processing') then
          if i.state = 'processing' then
            update kuva.images set state = 'queued', worker = null, changed_at = now() where id = image;
          end if;
          update kuva.images set due_at = now() + interval '1 second' + random() * interval '1 second' where id = image;
          perform kuva.add_image_jobs(array[image]);
          return jsonb_build_object('outcome', 'over', 'state', 'queued');
        end if;
        update kuva.output_keys o set image_id = image where o.bucket_id = b and o.key = wanted;
        exit;
      end if;
      if conflict <> 'keep-both' or attempt = 2 then
        raise exception '%', wanted using errcode = 'KV002';
      end if;
    end loop;
    taken := taken || wanted;
    granted := granted || jsonb_build_array(jsonb_build_object(
      'output', outputs[n], 'key', wanted, 'etag', own.etag, 'sha256', own.sha256
    ));
  end loop;

  update kuva.images set
      state = 'processing', attempts = i.attempts + 1, max_attempts = most, token = nextval('kuva.tokens'),
      worker = me, started_at = now(), settled_at = null, changed_at = now()
    where id = image
    returning token into i.token;
  return jsonb_build_object(
    'outcome', 'begun', 'number', i.attempts + 1, 'round', i.round, 'token', i.token::text,
    'waitedMs', greatest(0, extract(epoch from now() - greatest(i.queued_at, i.due_at)) * 1000),
    'committed', i.committed_round = i.round,
    'bucket', (select name from kuva.buckets where id = i.bucket_id),
    'key', i.key, 'etag', i.etag, 'size', i.size, 'granted', granted
  );
end $$;

-- Writes the records of all outputs, if the attempt is still the newest. Its doing it twice is harmless.
create function kuva.commit_records(
  image bigint, my_token bigint, recipe_digest text, recipe_text text, outputs jsonb, writers_class int
) returns text language plpgsql as $$
declare
  i kuva.images;
  recipe int;
  stranger text;
begin
  select * into i from kuva.images where id = image for update;
  if not found or i.token <> my_token or i.state <> 'processing' then return 'lost'; end if;
  if i.committed_round = i.round then return 'committed'; end if;

  perform kuva.announce_records(writers_class);
  select id into recipe from kuva.recipes where digest = recipe_digest;
  if recipe is null then
    insert into kuva.recipes (digest, text) values (recipe_digest, recipe_text) on conflict do nothing;
    select id into recipe from kuva.recipes where digest = recipe_digest;
  end if;

  with o as (
    select * from jsonb_to_recordset(outputs) as o (
      output text, "inputBytes" bigint, "inputSha256" text, "inputVersionId" text, "inputFormat" text,
      "inputWidth" int, "inputHeight" int, "inputPages" int,
      "outputBucket" text, "outputKey" text, "outputEtag" text, "outputBytes" bigint, "outputSha256" text,
      "outputFormat" text, "outputWidth" int, "outputHeight" int, "outputPages" int, durations jsonb
    )
  ), written as (
    insert into kuva.records (
      image_id, pipeline_id, round, output, recipe_id, attempt, worker,
      input_bucket_id, input_key, input_etag, input_version, input_bytes, input_sha256, input_format,
      input_width, input_height, input_pages,
      output_bucket_id, output_key, output_etag, output_bytes, output_sha256, output_format,
      output_width, output_height, output_pages, durations
    )
    select
      image, i.pipeline_id, i.round, o.output, recipe, i.attempts, i.worker,
      i.bucket_id, i.key, i.etag, o."inputVersionId", o."inputBytes", o."inputSha256", o."inputFormat",
      o."inputWidth", o."inputHeight", o."inputPages",
      kuva.bucket_id(o."outputBucket"), o."outputKey", o."outputEtag", o."outputBytes", o."outputSha256", o."outputFormat",
      o."outputWidth", o."outputHeight", o."outputPages", o.durations
    from o
    returning id, output_bucket_id, output_key, output_etag, output_sha256
  ), owned as (
    -- An output may have had to go elsewhere than granted, to a name that nobody owns yet.
    insert into kuva.output_keys as k (bucket_id, key, image_id, record_id, etag, sha256)
      select output_bucket_id, output_key, image, id, output_etag, output_sha256 from written
        order by output_bucket_id, output_key
      on conflict (bucket_id, key) do update
        set record_id = excluded.record_id, etag = excluded.etag, sha256 = excluded.sha256
        where k.image_id = image
      returning bucket_id, key
  )
  select w.output_key into stranger from written w
    where not exists (select from owned o where o.bucket_id = w.output_bucket_id and o.key = w.output_key)
      -- The same bytes as its owner's: a picture that was put in twice has one output.
      and not exists (
        select from kuva.output_keys k
          where k.bucket_id = w.output_bucket_id and k.key = w.output_key and k.sha256 = w.output_sha256
      )
    limit 1;
  if stranger is not null then raise exception '%', stranger using errcode = 'KV002'; end if;

  update kuva.images set committed_round = i.round where id = image;
  return 'committed';
end $$;

-- How an attempt ended. Repeating it after its answer was lost gives the same answer.
create function kuva.settle(
  image bigint, my_token bigint, outcome text, code text, what text, remedy text, moved text, delay_ms double precision
) returns text language plpgsql as $$
declare
  i kuva.images;
  next_state text;
  -- It was moved away as rejected before this round: that stays what became of it, unless it is done or rejected anew.
  moved_before boolean;
begin
  select * into i from kuva.images where id = image for update;
  if not found or i.token <> my_token then return 'lost'; end if;
  moved_before := i.moved_to is not null and outcome in ('superseded', 'postponed', 'attempt-failed');
  next_state := case outcome
    when 'superseded' then case when moved_before then 'rejected' else outcome end
    when 'attempt-failed' then case when i.attempts >= i.max_attempts then 'failed' else 'queued' end
    when 'postponed' then 'queued'
    else outcome
  end;
  if i.state <> 'processing' then
    return case when i.state = next_state then 'settled' else 'lost' end;
  end if;

  update kuva.images set
      state = next_state,
      attempts = case outcome when 'postponed' then greatest(0, i.attempts - 1) else i.attempts end,
      worker = case next_state when 'queued' then null else i.worker end,
      due_at = case next_state when 'queued' then now() + delay_ms * interval '1 millisecond' else i.due_at end,
      settled_at = case next_state when 'queued' then null else now() end,
      changed_at = now(),
      failure_code = case when moved_before then i.failure_code else code end,
      failure_what = case when moved_before then i.failure_what else what end,
      failure_remedy = case when moved_before then i.failure_remedy else remedy end,
      moved_to = case when moved_before then i.moved_to else moved end
    where id = image;
  if next_state = 'queued' then perform kuva.add_image_jobs(array[image]); end if;
  return 'settled';
end $$;

-- Queues these images again, with all their attempts.
create function kuva.retry(ids bigint[]) returns int language plpgsql as $$
declare
  queued bigint[];
begin
  with again as (
    update kuva.images set
        state = 'queued', attempts = 0, worker = null, started_at = null, settled_at = null,
        queued_at = now(), due_at = now(), changed_at = now(),
        failure_code = case when moved_to is not null then failure_code end,
        failure_what = case when moved_to is not null then failure_what end,
        failure_remedy = case when moved_to is not null then failure_remedy end
      where id = any(ids) and state in ('rejected', 'failed')
      returning id
  ) select array_agg(id) into queued from again;
  perform kuva.add_image_jobs(queued);
  return coalesce(cardinality(queued), 0);
end $$;
`,
} as const;
