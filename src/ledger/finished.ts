import { z } from 'zod';
import { bigintColumn, formatColumn, keyColumn, optional, sizeColumn } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { FinishedImage } from './contract/images.ts';
import type { Ledger } from './contract/ledger.ts';
import { namePattern } from './namePattern.ts';
import { query, queryOne } from './sql.ts';
import { Statement } from './statement.ts';

/** Rows of a page: what is held in memory. */
const pageSize = 500;

const rowSchema = z.object({
  id: bigintColumn,
  bucket: z.string(),
  key: keyColumn,
  etag: z.string(),
  size: sizeColumn,
  kept: z.boolean(),
  archive: optional(z.string()),
  digest: optional(z.string()),
  rule: optional(z.string()),
  format: optional(formatColumn),
  width: optional(z.number()),
  height: optional(z.number()),
  pages: optional(z.number()),
});

/** See {@link Ledger.finished}. A page at a time; an image that is queued again meanwhile is passed over. */
export async function* finished(
  context: LedgerContext,
  filter: Parameters<Ledger['finished']>[0],
): AsyncGenerator<FinishedImage> {
  let after = 0n;
  for (;;) {
    const page = await readPage(context, filter, after);
    for (const row of page) yield finishedImage(context.pipeline, row);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.id;
  }
}

async function readPage(
  { pool, pipelineId }: LedgerContext,
  filter: Parameters<Ledger['finished']>[0],
  after: bigint,
): Promise<z.infer<typeof rowSchema>[]> {
  const statement = new Statement();
  statement.where(await pipelineId(), (value) => `i.pipeline_id = ${value} and i.state = 'done'`);
  statement.where(after, (value) => `i.id > ${value}`);
  statement.where(filter.since?.toISOString(), (value) => `i.settled_at >= ${value}`);
  statement.where(filter.until?.toISOString(), (value) => `i.settled_at < ${value}`);
  const like = filter.name === undefined ? undefined : namePattern(filter.name).like;
  statement.where(
    like,
    (value) =>
      `(i.key like ${value} or exists (select from kuva.records n where n.image_id = i.id and n.output_key like ${value}))`,
  );
  return query(
    pool,
    rowSchema,
    `select i.id, b.name as bucket, i.key, i.etag, i.size, i.kept, a.name as archive,
        r.digest, r.rule, r.input_format as format, r.input_width as width, r.input_height as height, r.input_pages as pages
      from kuva.images i
      join kuva.buckets b on b.id = i.bucket_id
      left join kuva.buckets a on a.id = i.archive_bucket_id
      left join lateral (
        select c.digest, r.* from kuva.records r join kuva.recipes c on c.id = r.recipe_id
          where r.image_id = i.id and r.round = i.committed_round limit 1
      ) r on true
      where ${statement.conditions} order by i.id limit ${pageSize}`,
    statement.values,
  );
}

function finishedImage(pipeline: string, row: z.infer<typeof rowSchema>): FinishedImage {
  const { digest, rule, format, width = 0, height = 0, pages = 1 } = row;
  return {
    id: row.id,
    image: { pipeline, bucket: row.bucket, key: row.key, etag: row.etag },
    size: row.size,
    input: row.kept ? 'input' : row.archive === undefined ? 'gone' : 'archive',
    ...(row.archive !== undefined && { archiveBucket: row.archive }),
    ...(digest !== undefined &&
      format !== undefined && {
        newest: { recipeDigest: digest, ...(rule !== undefined && { rule }), format, width, height, pages },
      }),
  };
}

/** See {@link Ledger.reprocess}. One statement: what was queued by somebody else meanwhile is not queued twice. */
export async function reprocess({ pool }: LedgerContext, ids: readonly bigint[]): Promise<number> {
  const { queued } = await queryOne(
    pool,
    z.object({ queued: z.number() }),
    'select kuva.reprocess($1) as queued',
    [ids],
  );
  return queued;
}
