/** A whole pipeline on real parts: two folders, a database of its own, the real transformer; wired as the program does it. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type ObjectKey, parseObjectKey } from '../../src/image/key.ts';
import { defaultRecipe, type Recipe } from '../../src/image/recipe.ts';
import type { QueuedImage } from '../../src/ledger/contract/attempt.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { Budget } from '../../src/pipeline/budget.ts';
import { systemClock } from '../../src/pipeline/clock.ts';
import type { ImageEvent } from '../../src/pipeline/event.ts';
import { Outages } from '../../src/pipeline/outages.ts';
import type { PipelineParts } from '../../src/pipeline/parts.ts';
import type { ObjectStore, ObjectVersion } from '../../src/store/contract.ts';
import { openFolderStore } from '../../src/store/folder/store.ts';
import { limitsSchema } from '../../src/transform/limits.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import { freshDatabase } from '../servers/postgres.ts';

export interface Kit {
  readonly parts: PipelineParts;
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  readonly ledger: Ledger;
  readonly pool: LedgerPool;
  readonly events: ImageEvent[];
  /** Puts an object into a store. */
  readonly put: (store: ObjectStore, key: string, bytes: Uint8Array) => Promise<ObjectVersion>;
  /** Queues what lies in the input folder under this key, and hands it over as the queue would. */
  readonly queue: (key: string) => Promise<QueuedImage>;
}

export async function openKit(
  changes: { recipe?: Recipe; wrapInput?: (store: ObjectStore) => ObjectStore } & Partial<PipelineParts> = {},
): Promise<Kit> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-pipeline-'));
  const database = await freshDatabase(inject('postgres'));
  const pool = openPool(database.connection);
  const plainInput = await openFolderStore(join(folder, 'in'), { create: true });
  const output = await openFolderStore(join(folder, 'out'), { create: true });
  onTestFinished(async () => {
    await Promise.all([plainInput.close(), output.close()]);
    await pool.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  const { wrapInput = (store: ObjectStore) => store, ...rest } = changes;
  const input = wrapInput(plainInput);
  const ledger = openLedger(pool, 'images');
  const events: ImageEvent[] = [];
  const parts: PipelineParts = {
    worker: 'tester',
    input,
    output,
    partialWritesVisible: false,
    ledger,
    transformer: createTransformer(limitsSchema.parse({})),
    recipe: defaultRecipe,
    conflict: 'keep-both',
    maxAttempts: 3,
    maxInputBytes: 1e9,
    budgets: {
      passages: new Budget(1e9),
      inputs: new Budget(1e9),
      images: new Budget(1e9),
      turns: new Budget(2),
    },
    outages: new Outages(),
    clock: systemClock,
    ending: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...rest,
  };
  return {
    parts,
    input,
    output,
    ledger,
    pool,
    events,
    put: (store, key, bytes) =>
      store.put(parseObjectKey(key), bytes, {
        contentType: 'application/octet-stream',
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }),
    queue: async (key) => {
      const version = await input.head(parseObjectKey(key));
      if (version === undefined) throw new Error(`${key} is not there`);
      await ledger.enqueue(input.bucket, [version], await ledger.now());
      for await (const row of ledger.images({ name: key, states: ['queued'] })) {
        if (row.image.etag === version.etag) return { id: row.id, image: row.image, size: row.size };
      }
      throw new Error(`${key} was not queued`);
    },
  };
}

export async function keysIn(store: ObjectStore): Promise<ObjectKey[]> {
  const keys: ObjectKey[] = [];
  for await (const { objects } of store.list()) keys.push(...objects.map(({ key }) => key));
  return keys.sort();
}
