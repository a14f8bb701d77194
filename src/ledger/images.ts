import { z } from 'zod';
import { imageStates } from '../image/state.ts';
import {
  bigintColumn,
  dateColumn,
  failureCodeColumn,
  keyColumn,
  optional,
  sizeColumn,
  stateColumn,
} from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { ImageRow, LogFilter } from './contract/images.ts';
import { namePattern } from './namePattern.ts';
import { query } from './sql.ts';
import { Statement } from './statement.ts';

/** Rows of a page: what is held in memory. */
const pageSize = 500;

const rowSchema = z.object({
  id: bigintColumn,
  bucket: z.string(),
  key: keyColumn,
  etag: z.string(),
  size: sizeColumn,
  state: stateColumn,
  round: z.number(),
  attempts: z.number(),
  worker: optional(z.string()),
  discovered_at: dateColumn,
  queued_at: dateColumn,
  started_at: optional(dateColumn),
  settled_at: optional(dateColumn),
  failure_code: optional(failureCodeColumn),
  failure_what: optional(z.string()),
  failure_remedy: optional(z.string()),
  moved_to: optional(z.string()),
  /** The time of its last change, to the microsecond: a Date would lose three digits. */
  changed: z.string(),
});
type Row = z.infer<typeof rowSchema>;

/**
 * Images by the time of their last change of state, a page at a time. One that changes while the list is read
 * moves to the newest end: newest first it may be missing then, oldest first it comes (again) at the end.
 */
export async function* images(context: LedgerContext, filter: LogFilter): AsyncGenerator<ImageRow> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  let last: Row | undefined;
  while (left > 0) {
    const wanted = Math.min(left, pageSize);
    const page = await readPage(context, filter, wanted, last);
    for (const row of page) yield imageRow(context.pipeline, row);
    last = page.at(-1);
    left -= page.length;
    if (page.length < wanted) return;
  }
}

async function readPage(
  { pool, pipelineId }: LedgerContext,
  filter: LogFilter,
  size: number,
  last: Row | undefined,
): Promise<Row[]> {
  const statement = new Statement();
  const pipeline = statement.value(await pipelineId());
  const states = statement.value(filter.states ?? imageStates);
  const limit = statement.value(size);
  const [beyond, direction] = filter.oldestFirst === true ? ['>', 'asc'] : ['<', 'desc'];
  statement.where(filter.imageId, (image) => `i.id = ${image}`);
  statement.where(filter.since?.toISOString(), (since) => `i.changed_at >= ${since}`);
  statement.where(filter.until?.toISOString(), (until) => `i.changed_at < ${until}`);
  statement.where(
    last?.changed,
    (changed) => `(i.changed_at, i.id) ${beyond} (${changed}::timestamptz, ${statement.value(last?.id)})`,
  );
  const pattern = filter.name === undefined ? undefined : namePattern(filter.name);
  const like = pattern === undefined ? undefined : statement.value(pattern.like);
  const order = `i.changed_at ${direction}, i.id ${direction} limit ${limit}`;
  const source =
    pattern?.hasPrefix === true && like !== undefined
      ? // Few, as a rule: found by the names' indexes, then put in order.
        `select i.* from (
          select id from kuva.images where pipeline_id = ${pipeline} and key like ${like}
          union
          select image_id from kuva.records where pipeline_id = ${pipeline} and output_key like ${like}
        ) named join kuva.images i on i.id = named.id
          where i.state = any(${states}) and ${statement.conditions}`
      : // Each state by itself, in the order of its index, as far as is needed; then the best of all.
        `select i.* from unnest(${states}::text[]) as s (state) cross join lateral (
          select * from kuva.images i
            where i.pipeline_id = ${pipeline} and i.state = s.state and ${statement.conditions}
              and ${like === undefined ? 'true' : hasName(like)}
            order by ${order}
        ) i`;
  return query(
    pool,
    rowSchema,
    `select i.*, b.name as bucket, i.changed_at::text as changed
      from (${source}) i join kuva.buckets b on b.id = i.bucket_id
      order by ${order}`,
    statement.values,
  );
}

/** A part of a name has no index: rows are looked at in order until there are enough. */
function hasName(like: string): string {
  return `(i.key like ${like} or exists (select from kuva.records r where r.image_id = i.id and r.output_key like ${like}))`;
}

function imageRow(pipeline: string, row: Row): ImageRow {
  return {
    id: row.id,
    image: { pipeline, bucket: row.bucket, key: row.key, etag: row.etag },
    size: row.size,
    state: row.state,
    round: row.round,
    attempts: row.attempts,
    worker: row.worker,
    discoveredAt: row.discovered_at,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    settledAt: row.settled_at,
    failure:
      row.failure_code === undefined
        ? undefined
        : {
            code: row.failure_code,
            what: row.failure_what ?? '',
            ...(row.failure_remedy !== undefined && { remedy: row.failure_remedy }),
          },
    movedTo: row.moved_to,
  };
}
