/** Wires a worker from plain data as the program does (`src/cli/wire.ts`, `src/cli/work.ts`), with the crash hook beside. */
import type { At } from '../../../src/image/crashPoint.ts';
import { recipeSchema } from '../../../src/image/recipe.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openPool } from '../../../src/ledger/pool.ts';
import { openQueue } from '../../../src/ledger/queue.ts';
import { Budget } from '../../../src/pipeline/budget.ts';
import { makeChooser } from '../../../src/pipeline/choose/choose.ts';
import { systemClock } from '../../../src/pipeline/clock.ts';
import { Outages } from '../../../src/pipeline/outages.ts';
import type { PipelineParts } from '../../../src/pipeline/parts.ts';
import type { DiscoverOptions } from '../../../src/pipeline/pass.ts';
import { runWorker } from '../../../src/pipeline/worker.ts';
import type { Ledger } from '../../../src/ledger/contract/ledger.ts';
import type { ImageQueue } from '../../../src/ledger/contract/queue.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { openFolderStore } from '../../../src/store/folder/store.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { createTransformer } from '../../../src/transform/transformer.ts';
import { connectionTo } from '../../servers/buckets.ts';
import { connectionOf } from '../../servers/postgres.ts';
import type { Place } from '../promise/place.ts';

/** Plain data: it goes to another process. */
export interface Wiring {
  readonly database: string;
  readonly input: Place;
  readonly output: Place;
  readonly rejected?: Place;
  /** Where inputs that are done are moved to. */
  readonly archive?: Place;
  /** The recipe is chosen by what the image holds. */
  readonly chooses?: true;
}

/** Two outputs, one of them in folders that have to be made. */
const recipe = recipeSchema.parse({
  outputs: [
    { name: 'plain', key: '{dir}negated_{name}' },
    { name: 'small', key: 'small/{key}', steps: ['negate', { resize: { width: 4 } }] },
  ],
});
export const outputNames = recipe.outputs.map(({ name }) => name);

export interface Wired {
  readonly parts: PipelineParts;
  readonly discovery: DiscoverOptions;
  readonly queue: ImageQueue;
  readonly ledger: Ledger;
  /** Works and discovers until it is stopped. */
  readonly run: (stop: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function wire(
  wiring: Wiring,
  worker: string,
  at?: At,
  wrap: <T extends object>(name: string, part: T) => T = (_name, part) => part,
): Promise<Wired> {
  const hook = at === undefined ? {} : { at };
  const open = async (name: string, place: Place): Promise<ObjectStore> =>
    wrap(
      name,
      place.kind === 'folder'
        ? await openFolderStore(place.path, hook)
        : openS3Store(connectionTo(place.server), place.bucket, hook),
    );
  const input = await open('input', wiring.input);
  const output = await open('output', wiring.output);
  const rejected = wiring.rejected && (await open('rejected', wiring.rejected));
  const archive = wiring.archive && (await open('archive', wiring.archive));
  const [{ partialWritesVisible }] = await Promise.all([
    input.probe(),
    output.probe(),
    rejected?.probe(),
    archive?.probe(),
  ]);
  const pool = openPool(connectionOf(wiring.database));
  const ledger = wrap('ledger', openLedger(pool, 'images'));
  const queue = openQueue(pool, 'images', hook);
  const outages = new Outages();
  const stopNow = new AbortController();
  const shared = { input, ledger, outages, clock: systemClock, partialWritesVisible, ...hook };
  const parts: PipelineParts = {
    ...shared,
    worker,
    output,
    ...(rejected && { rejected }),
    ...(archive && { archive }),
    ...(wiring.chooses && {
      chooser: makeChooser([{ name: 'png', when: { format: ['png'] }, recipe }], recipe),
    }),
    transformer: createTransformer(limitsSchema.parse({})),
    recipe,
    conflict: 'keep-both',
    maxAttempts: 5,
    maxInputBytes: 1e9,
    budgets: {
      passages: new Budget(1e9),
      inputs: new Budget(1e9),
      images: new Budget(1e9),
      turns: new Budget(2),
    },
    ending: stopNow.signal,
    onEvent: () => undefined,
  };
  const discovery: DiscoverOptions = { ...shared, poll: 300, settle: 100, ignored: () => false };
  return {
    parts,
    discovery,
    queue,
    ledger,
    run: (stop) =>
      runWorker({
        parts,
        queue,
        discovery,
        version: '0',
        concurrency: 4,
        stop,
        stopNow: stopNow.signal,
      }),
    close: async () => {
      await Promise.all([input.close(), output.close(), rejected?.close(), archive?.close()]);
      await pool.end();
    },
  };
}
