import { z } from 'zod';
import {
  bigintColumn,
  dateColumn,
  factsColumn,
  formatColumn,
  keyColumn,
  optional,
  sizeColumn,
  wayColumn,
} from './columns.ts';
import type { LedgerContext } from './context.ts';
import { conditionOf } from './factsCondition.ts';
import type { LogFilter } from './contract/images.ts';
import type { LedgerRecord } from './contract/record.ts';
import { lockClasses } from './locks.ts';
import { namePattern } from './namePattern.ts';
import { query, queryOne } from './sql.ts';
import { Statement } from './statement.ts';

/** Rows of a page: what is held in memory. */
const pageSize = 500;

const rowSchema = z.object({
  id: bigintColumn,
  image_id: bigintColumn,
  recorded_at: dateColumn,
  recorded: z.string(),
  round: z.number(),
  output: z.string(),
  attempt: z.number(),
  worker: z.string(),
  digest: z.string(),
  text: z.string(),
  rule: optional(z.string()),
  input_bucket: z.string(),
  input_key: keyColumn,
  input_etag: z.string(),
  input_version: optional(z.string()),
  input_bytes: sizeColumn,
  input_sha256: z.string(),
  input_format: formatColumn,
  input_width: z.number(),
  input_height: z.number(),
  input_pages: z.number(),
  output_bucket: z.string(),
  output_key: keyColumn,
  output_etag: z.string(),
  output_bytes: sizeColumn,
  output_sha256: z.string(),
  output_format: formatColumn,
  output_width: z.number(),
  output_height: z.number(),
  output_pages: z.number(),
  way: wayColumn,
  way_reason: optional(z.string()),
  facts: optional(factsColumn),
  durations: z.record(z.string(), z.number()),
});
type Row = z.infer<typeof rowSchema>;

/**
 * Records by time, a page at a time; in the order of their ids when `afterRecord` is given. Then those are left for
 * the next call that a writer who is not ready yet might come before.
 */
export async function* records(context: LedgerContext, filter: LogFilter): AsyncGenerator<LedgerRecord> {
  const upTo = filter.afterRecord === undefined ? undefined : await settledRecords(context);
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  let last: Row | undefined;
  while (left > 0) {
    const wanted = Math.min(left, pageSize);
    const page = await readPage(context, filter, wanted, upTo, last);
    for (const row of page) yield ledgerRecord(context.pipeline, row);
    last = page.at(-1);
    left -= page.length;
    if (page.length < wanted) return;
  }
}

async function settledRecords({ pool }: LedgerContext): Promise<bigint> {
  const { id } = await queryOne(
    pool,
    z.object({ id: bigintColumn }),
    'select kuva.settled_records($1) as id',
    [lockClasses.records],
  );
  return id;
}

async function readPage(
  { pool, pipelineId }: LedgerContext,
  filter: LogFilter,
  size: number,
  upTo: bigint | undefined,
  last: Row | undefined,
): Promise<Row[]> {
  const statement = new Statement();
  const pipeline = statement.value(await pipelineId());
  const limit = statement.value(size);
  const following = filter.afterRecord !== undefined;
  const [beyond, direction] = filter.oldestFirst === true ? ['>', 'asc'] : ['<', 'desc'];
  statement.where(filter.since?.toISOString(), (since) => `r.recorded_at >= ${since}`);
  statement.where(filter.until?.toISOString(), (until) => `r.recorded_at < ${until}`);
  statement.where(filter.imageId, (image) => `r.image_id = ${image}`);
  statement.where(filter.afterRecord, (after) => `r.id > ${after}`);
  statement.where(upTo, (most) => `r.id <= ${most}`);
  if (following) statement.where(last?.id, (id) => `r.id ${beyond} ${id}`);
  else {
    statement.where(
      last?.recorded,
      (recorded) =>
        `(r.recorded_at, r.id) ${beyond} (${recorded}::timestamptz, ${statement.value(last?.id)})`,
    );
  }
  statement.where(
    filter.states,
    (states) => `exists (select from kuva.images i where i.id = r.image_id and i.state = any(${states}))`,
  );
  if (filter.currentOnly === true) {
    statement.where(
      true,
      (current) => `${current} = exists (
        select from kuva.output_keys k
          where k.bucket_id = r.output_bucket_id and k.key = r.output_key and k.record_id = r.id)`,
    );
  }
  if (filter.facts !== undefined) statement.condition(conditionOf(filter.facts, statement));
  const pattern = filter.name === undefined ? undefined : namePattern(filter.name);
  statement.where(pattern?.like, (like) =>
    pattern?.hasPrefix === true
      ? `r.id in (
          select id from kuva.records where pipeline_id = ${pipeline} and input_key like ${like}
          union select id from kuva.records where pipeline_id = ${pipeline} and output_key like ${like})`
      : `(r.input_key like ${like} or r.output_key like ${like})`,
  );
  const order = following ? `r.id ${direction}` : `r.recorded_at ${direction}, r.id ${direction}`;
  return query(
    pool,
    rowSchema,
    `select r.*, r.recorded_at::text as recorded, c.digest, c.text, ib.name as input_bucket, ob.name as output_bucket
      from (
        select * from kuva.records r
          where r.pipeline_id = ${pipeline} and ${statement.conditions}
          order by ${order} limit ${limit}
      ) r
      join kuva.recipes c on c.id = r.recipe_id
      join kuva.buckets ib on ib.id = r.input_bucket_id
      join kuva.buckets ob on ob.id = r.output_bucket_id
      order by ${order}`,
    statement.values,
  );
}

function ledgerRecord(pipeline: string, row: Row): LedgerRecord {
  return {
    id: row.id,
    imageId: row.image_id,
    recordedAt: row.recorded_at,
    image: { pipeline, bucket: row.input_bucket, key: row.input_key, etag: row.input_etag },
    round: row.round,
    recipeDigest: row.digest,
    recipeText: row.text,
    ...(row.rule !== undefined && { rule: row.rule }),
    attempt: row.attempt,
    worker: row.worker,
    output: row.output,
    inputBytes: row.input_bytes,
    inputSha256: row.input_sha256,
    ...(row.input_version !== undefined && { inputVersionId: row.input_version }),
    inputFormat: row.input_format,
    inputWidth: row.input_width,
    inputHeight: row.input_height,
    inputPages: row.input_pages,
    outputBucket: row.output_bucket,
    outputKey: row.output_key,
    outputEtag: row.output_etag,
    outputBytes: row.output_bytes,
    outputSha256: row.output_sha256,
    outputFormat: row.output_format,
    outputWidth: row.output_width,
    outputHeight: row.output_height,
    outputPages: row.output_pages,
    ...(row.way !== undefined && { way: row.way }),
    ...(row.way_reason !== undefined && { wayReason: row.way_reason }),
    ...(row.facts !== undefined && { facts: row.facts }),
    durations: row.durations,
  };
}
