import { z } from 'zod';
import type { ObjectKey } from '../image/key.ts';
import type { LedgerContext } from './context.ts';
import { query } from './sql.ts';

const keySchema = z.object({ key: z.string() });

/** See {@link Ledger.knownOutputs}. A key that was granted but never written has no record. */
export async function knownOutputs(
  { pool }: LedgerContext,
  bucket: string,
  keys: readonly ObjectKey[],
): Promise<ReadonlySet<string>> {
  const rows = await query(
    pool,
    keySchema,
    `select k.key from kuva.output_keys k join kuva.buckets b on b.id = k.bucket_id
      where md5(b.name) = md5($1) and b.name = $1 and k.key = any($2) and k.record_id is not null`,
    [bucket, keys],
  );
  return new Set(rows.map(({ key }) => key));
}
