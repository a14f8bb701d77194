import { z } from 'zod';
import type { SeenObject } from './contract/attempt.ts';
import type { LedgerContext } from './context.ts';
import { queryOne } from './sql.ts';

/** Objects in one statement; a listing's page is smaller. */
const largestBatch = 5_000;

const queuedSchema = z.object({ queued: z.number() });

/** See {@link Ledger.enqueue}: rows and jobs in one transaction for each batch. */
export async function enqueue(
  { pool, pipelineId }: LedgerContext,
  bucket: string,
  objects: readonly SeenObject[],
  listedAt: Date,
): Promise<number> {
  let total = 0;
  for (let start = 0; start < objects.length; start += largestBatch) {
    const batch = objects.slice(start, start + largestBatch);
    const { queued } = await queryOne(
      pool,
      queuedSchema,
      'select kuva.enqueue($1, $2, $3, $4, $5, $6, $7) as queued',
      [
        await pipelineId(),
        bucket,
        batch.map(({ key }) => key),
        batch.map(({ etag }) => etag),
        batch.map(({ size }) => size),
        batch.map(({ lastModified }) => lastModified.toISOString()),
        listedAt.toISOString(),
      ],
    );
    total += queued;
  }
  return total;
}
