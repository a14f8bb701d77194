import { z } from 'zod';
import { bigintColumn, keyColumn, sizeColumn } from './columns.ts';
import type { QueuedImage } from './contract/attempt.ts';
import type { Log } from './graphile.ts';

const payloadSchema = z.object({
  id: bigintColumn,
  bucket: z.string(),
  key: keyColumn,
  etag: z.string(),
  size: sizeColumn,
});

/** What this process has in work, whichever runner took it. */
export class InWork {
  readonly #pipeline: string;
  readonly #work: (queued: QueuedImage) => Promise<void>;
  readonly #log: Log;
  readonly #images = new Map<bigint, Promise<void>>();
  /** Jobs in work by the name of the runner that took them. */
  readonly #pools = new Map<string, number>();
  #present: string | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(pipeline: string, { work }: { work: (queued: QueuedImage) => Promise<void> }, log: Log) {
    this.#pipeline = pipeline;
    this.#work = work;
    this.#log = log;
  }

  addPool(id: string): void {
    this.#pools.set(id, 0);
    this.#present = id;
  }

  /** The runners' names under which jobs of this process may be locked. */
  get pools(): string[] {
    return [...this.#pools.keys()];
  }

  /** Names of earlier runners that have nothing in work any more. */
  get idlePools(): string[] {
    return [...this.#pools].filter(([id, count]) => count === 0 && id !== this.#present).map(([id]) => id);
  }

  /** Those that are idle still: a runner that was given up may get a job that it had asked for long ago. */
  forgetPools(ids: readonly string[]): void {
    for (const id of ids) if (this.#pools.get(id) === 0) this.#pools.delete(id);
  }

  get images(): bigint[] {
    return [...this.#images.keys()];
  }

  /** Works on a job's image; the same image is never in work twice in one process. */
  async work(pool: string, payload: unknown): Promise<void> {
    this.#pools.set(pool, (this.#pools.get(pool) ?? 0) + 1);
    try {
      const { id, bucket, key, etag, size } = payloadSchema.parse(payload);
      const image = { pipeline: this.#pipeline, bucket, key, etag };
      // Taken twice, after the connection was lost: the second time waits for what becomes of the first.
      for (let other = this.#images.get(id); other !== undefined; other = this.#images.get(id)) await other;
      const working = this.#work({ id, image, size });
      // Nobody waiting for it is interested in how it fails.
      this.#images.set(
        id,
        working.catch(() => undefined),
      );
      try {
        await working;
      } finally {
        this.#images.delete(id);
      }
    } catch (error) {
      // It must not throw, and did. The image is looked after by the regular repair.
      this.#log(`A job failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      const count = this.#pools.get(pool);
      if (count !== undefined) this.#pools.set(pool, count - 1);
      for (const wake of this.#waiting) wake();
    }
  }

  /** Resolves when fewer than so many images are in work. */
  async below(count: number): Promise<void> {
    while (this.#images.size >= count) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  finished(): Promise<void> {
    return this.below(1);
  }
}
