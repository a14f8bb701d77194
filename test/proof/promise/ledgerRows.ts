/** What the ledger's tables say, read with plain SQL. */
import { Client } from 'pg';
import { z } from 'zod';

const recordSchema = z.object({
  id: z.string(),
  image_id: z.string(),
  round: z.number(),
  output: z.string(),
  input_key: z.string(),
  input_sha256: z.string(),
  output_key: z.string(),
  output_sha256: z.string(),
});
const imageSchema = z.object({
  id: z.string(),
  key: z.string(),
  state: z.string(),
  failure_code: z.string().nullable(),
  moved_to: z.string().nullable(),
});
const shownSchema = z.object({
  record_id: z.string(),
  negated_image_name: z.string(),
  negated_image_hash: z.string(),
});

export type RecordRow = z.infer<typeof recordSchema>;
export type ImageStateRow = z.infer<typeof imageSchema>;

export interface LedgerRows {
  readonly records: readonly RecordRow[];
  readonly images: readonly ImageStateRow[];
  /** The view that a reader of the tutorial asks. */
  readonly shown: readonly z.infer<typeof shownSchema>[];
}

export async function readLedger(url: string): Promise<LedgerRows> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const all = async <T>(schema: z.ZodType<T>, sql: string): Promise<T[]> =>
    z.array(schema).parse((await client.query(sql)).rows);
  try {
    // One snapshot for all three, however much goes on beside.
    await client.query('begin isolation level repeatable read read only');
    return {
      records: await all(
        recordSchema,
        `select id, image_id, round, output, input_key, input_sha256, output_key, output_sha256
           from kuva.records order by id`,
      ),
      images: await all(
        imageSchema,
        'select id, key, state, failure_code, moved_to from kuva.images order by id',
      ),
      shown: await all(
        shownSchema,
        `select record_id, negated_image_name, negated_image_hash from public.log_records
           where record_id is not null order by record_id`,
      ),
    };
  } finally {
    await client.end();
  }
}
