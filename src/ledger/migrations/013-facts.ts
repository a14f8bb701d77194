/** What the steps of a recipe measured of each image, or were told of it, as JSON. */
export const facts = {
  id: 13,
  name: 'facts',
  sql: String.raw`
-- NULL where nothing was measured.
alter table kuva.records add column facts jsonb;

-- As before, with this one; older programs do not name it.
create or replace function kuva.commit_records(
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
      "outputFormat" text, "outputWidth" int, "outputHeight" int, "outputPages" int, durations jsonb,
      way text, "wayReason" text, facts jsonb
    )
  ), written as (
    insert into kuva.records (
      image_id, pipeline_id, round, output, recipe_id, attempt, worker,
      input_bucket_id, input_key, input_etag, input_version, input_bytes, input_sha256, input_format,
      input_width, input_height, input_pages,
      output_bucket_id, output_key, output_etag, output_bytes, output_sha256, output_format,
      output_width, output_height, output_pages, durations, way, way_reason, facts
    )
    select
      image, i.pipeline_id, i.round, o.output, recipe, i.attempts, i.worker,
      i.bucket_id, i.key, i.etag, o."inputVersionId", o."inputBytes", o."inputSha256", o."inputFormat",
      o."inputWidth", o."inputHeight", o."inputPages",
      kuva.bucket_id(o."outputBucket"), o."outputKey", o."outputEtag", o."outputBytes", o."outputSha256", o."outputFormat",
      o."outputWidth", o."outputHeight", o."outputPages", o.durations, o.way, o."wayReason", o.facts
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
`,
} as const;
