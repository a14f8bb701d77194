/** Recipes chosen by rules, inputs that are kept or moved when they are done, and recipes run once more over those. */
export const choosing = {
  id: 12,
  name: 'choosing',
  sql: String.raw`
alter table kuva.images drop constraint images_state_check;
alter table kuva.images add constraint images_state_check
  check (state in ('queued', 'processing', 'done', 'rejected', 'failed', 'superseded', 'skipped'));

create or replace function kuva.check_state() returns trigger language plpgsql as $$
begin
  if not (case old.state
      when 'queued' then new.state in ('processing')
      when 'processing' then new.state in ('queued', 'done', 'rejected', 'failed', 'superseded', 'skipped')
      when 'done' then new.state in ('queued')
      when 'rejected' then new.state in ('queued')
      when 'failed' then new.state in ('queued')
      when 'superseded' then new.state in ('queued')
      when 'skipped' then new.state in ('queued')
      else false
    end) then
    raise exception 'image % cannot go from % to %', old.id, old.state, new.state using errcode = 'KV001';
  end if;
  return new;
end $$;

alter table kuva.images
  -- Done, and its input stays where it is: a listing that shows it shows nothing new.
  add column kept boolean not null default false,
  -- Where its input was copied to before it was removed.
  add column archive_bucket_id int references kuva.buckets,
  add column archive_key text collate "C",
  add column archive_etag text collate "C",
  -- This round reads that copy.
  add column from_archive boolean not null default false;

-- Unknown in rows that were there before.
alter table kuva.records add column rule text;

-- A record is written once: whoever may add one may not change it. So the rule comes with the row, by way of a setting
-- of the transaction, and commit_records stays as it is.
create function kuva.note_rule() returns trigger language plpgsql as $$
begin
  new.rule := nullif(current_setting('kuva.rule', true), '');
  return new;
end $$;
create trigger note_rule before insert on kuva.records for each row execute function kuva.note_rule();

-- As before, but what was kept is not new.
create or replace function kuva.enqueue(
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
        from_archive = false,
        -- A rejected image keeps its reason and its place: the listing may have seen it between its settling and its
        -- removal, and then there is nothing to do again.
        failure_code = case i.state when 'rejected' then i.failure_code end,
        failure_what = case i.state when 'rejected' then i.failure_what end,
        failure_remedy = case i.state when 'rejected' then i.failure_remedy end,
        moved_to = case i.state when 'rejected' then i.moved_to end
      from seen
      where i.pipeline_id = pipeline and i.key = seen.key and i.etag = seen.etag and i.bucket_id = b
        -- A listing that was begun before the image was settled may still show the old object.
        and i.settled_at < listed_at and not i.kept
        and (i.state in ('done', 'superseded') or (i.state = 'rejected' and i.moved_to is not null))
      returning i.id
  ) select array_agg(id) into queued from (select id from fresh union all select id from again) q;
  perform kuva.add_image_jobs(queued);
  return coalesce(cardinality(queued), 0);
end $$;

-- begin_attempt, and where the copy lies that this round reads.
create function kuva.begin_image(
  pipeline int, image bigint, me text, most int,
  out_bucket text, conflict text, outputs text[], keys text[], alternatives text[]
) returns jsonb language plpgsql as $$
declare
  answer jsonb := kuva.begin_attempt(pipeline, image, me, most, out_bucket, conflict, outputs, keys, alternatives);
  i kuva.images;
begin
  if answer ->> 'outcome' <> 'begun' then return answer; end if;
  select * into i from kuva.images where id = image;
  if not i.from_archive then return answer; end if;
  return answer || jsonb_build_object('source', jsonb_build_object(
    'bucket', (select name from kuva.buckets where id = i.archive_bucket_id), 'key', i.archive_key, 'etag', i.archive_etag
  ));
end $$;

-- Grants the keys of the outputs to an attempt that has learnt only from its image's bytes which they are, by the same
-- rules as begin_attempt. Answers {outcome: granted, granted} | {outcome: lost} | {outcome: later}
create function kuva.grant_keys(
  image bigint, my_token bigint, out_bucket text, conflict text, outputs text[], keys text[], alternatives text[]
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
  select * into i from kuva.images where id = image for update;
  if not found or i.token <> my_token or i.state <> 'processing' then return jsonb_build_object('outcome', 'lost'); end if;
  b := kuva.bucket_id(out_bucket);
  for n in 1 .. coalesce(cardinality(keys), 0) loop
    for attempt in 1 .. 2 loop
      wanted := case attempt when 1 then keys[n] else alternatives[n] end;
      insert into kuva.output_keys (bucket_id, key, image_id) values (b, wanted, image) on conflict do nothing;
      select * into own from kuva.output_keys o where o.bucket_id = b and o.key = wanted for update;
      if own.image_id = image and not wanted = any(taken) then exit; end if;
      if conflict = 'replace' and own.image_id <> image then
        -- Not under its owner's hands, as in begin_attempt: its worker waits, and asks again in another attempt.
        if exists (select from kuva.images o where o.id = own.image_id and o.state = 'processing') then
          return jsonb_build_object('outcome', 'later');
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
  return jsonb_build_object('outcome', 'granted', 'granted', granted);
end $$;

-- commit_records, and with it by which rule the recipe was chosen, and where the copy of the input lies.
create function kuva.commit_image(
  image bigint, my_token bigint, recipe_digest text, recipe_text text, outputs jsonb, writers_class int,
  chosen_by text, archive_bucket text, copy_key text, copy_etag text
) returns text language plpgsql as $$
declare
  outcome text;
begin
  perform set_config('kuva.rule', coalesce(chosen_by, ''), true);
  outcome := kuva.commit_records(image, my_token, recipe_digest, recipe_text, outputs, writers_class);
  if outcome = 'committed' and copy_key is not null then
    update kuva.images set archive_bucket_id = kuva.bucket_id(archive_bucket), archive_key = copy_key, archive_etag = copy_etag
      where id = image;
  end if;
  return outcome;
end $$;

-- As before; 'kept' is done, and its input stays.
create or replace function kuva.settle(
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
    when 'kept' then 'done'
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
      kept = case next_state when 'done' then outcome = 'kept' when 'queued' then i.kept else false end,
      failure_code = case when moved_before then i.failure_code else code end,
      failure_what = case when moved_before then i.failure_what else what end,
      failure_remedy = case when moved_before then i.failure_remedy else remedy end,
      moved_to = case when moved_before then i.moved_to else moved end
    where id = image;
  if next_state = 'queued' then perform kuva.add_image_jobs(array[image]); end if;
  return 'settled';
end $$;

-- As before, and what a rule says to leave alone, for when the rules have changed.
create or replace function kuva.retry(ids bigint[]) returns int language plpgsql as $$
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
      where id = any(ids) and state in ('rejected', 'failed', 'skipped')
      returning id
  ) select array_agg(id) into queued from again;
  perform kuva.add_image_jobs(queued);
  return coalesce(cardinality(queued), 0);
end $$;

-- A new round for images that are done and whose input is still there: where it was, or as a copy.
create function kuva.reprocess(ids bigint[]) returns int language plpgsql as $$
declare
  queued bigint[];
begin
  with again as (
    update kuva.images set
        state = 'queued', round = round + 1, attempts = 0, worker = null, started_at = null, settled_at = null,
        queued_at = now(), due_at = now(), changed_at = now(), from_archive = not kept
      where id = any(ids) and state = 'done' and (kept or archive_key is not null)
      returning id
  ) select array_agg(id) into queued from again;
  perform kuva.add_image_jobs(queued);
  return coalesce(cardinality(queued), 0);
end $$;
`,
} as const;
