import { z } from 'zod';
import { optional, stateColumn } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { SeenObject } from './contract/attempt.ts';
import type { KnownState } from './contract/images.ts';
import { query } from './sql.ts';

const rowSchema = z.object({
  key: z.string(),
  state: stateColumn,
  kept: z.boolean(),
  failure: optional(z.string()),
});

/** See {@link Ledger.statesOf}: by the index of identities, changing nothing. */
export async function statesOf(
  { pool, pipelineId }: LedgerContext,
  bucket: string,
  objects: readonly SeenObject[],
): Promise<ReadonlyMap<string, KnownState>> {
  const rows = await query(
    pool,
    rowSchema,
    `select i.key, i.state, i.kept, i.failure_what as failure
      from unnest($3::text[], $4::text[]) as s (key, etag)
      join kuva.images i on i.pipeline_id = $1 and i.key = s.key collate "C" and i.etag = s.etag collate "C"
      join kuva.buckets b on b.id = i.bucket_id and b.name = $2`,
    [await pipelineId(), bucket, objects.map(({ key }) => key), objects.map(({ etag }) => etag)],
  );
  return new Map(
    rows.map(({ key, state, kept, failure }) => [
      key,
      { state, kept, ...(failure !== undefined && { failure }) },
    ]),
  );
}
