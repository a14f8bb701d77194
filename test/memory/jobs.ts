import type { QueuedImage } from '../../src/ledger/contract/attempt.ts';
import type { MemoryDatabase } from './database.ts';

export interface Taken {
  readonly job: number;
  readonly image: QueuedImage;
}

/** Hands out the job that has been due for longest, and locks it; or tells how long (ms) the next one has to wait. */
export function takeJob(
  database: MemoryDatabase,
  pipeline: string,
  pool: string,
): Taken | number | undefined {
  const now = database.now();
  const free = [...database.tables.jobs.values()]
    .filter((job) => job.pipeline === pipeline && job.lockedBy === undefined && !job.replaced)
    .sort((a, b) => a.dueAt - b.dueAt || a.id - b.id);
  const first = free[0];
  if (first === undefined) return undefined;
  if (first.dueAt > now) return first.dueAt - now;
  const image = database.image(pipeline, first.imageId);
  if (image === undefined) return undefined;
  first.lockedBy = pool;
  const { id, bucket, key, etag, size } = image;
  return { job: first.id, image: { id, image: { pipeline, bucket, key, etag }, size } };
}

/** Whoever has it locked meanwhile: as Graphile Worker does it. */
export function completeJob(database: MemoryDatabase, job: number): void {
  database.tables.jobs.delete(job);
}
