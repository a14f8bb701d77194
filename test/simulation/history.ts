import { parseObjectKey } from '../../src/image/key.ts';
import { recipeSchema } from '../../src/image/recipe.ts';
import { Budget } from '../../src/pipeline/budget.ts';
import { makeChooser } from '../../src/pipeline/choose/choose.ts';
import { Outages } from '../../src/pipeline/outages.ts';
import type { PipelineParts } from '../../src/pipeline/parts.ts';
import { bucketKinds, MemoryBucket } from '../memory/bucket.ts';
import * as realCode from './code.ts';
import { Contents, unfinished, wrongEnds } from './ends.ts';
import { Happenings } from './happenings.ts';
import { halfOf, imageBytes, openTransformer } from './pictures.ts';
import type { Plan } from './plan.ts';
import { Process } from './process.ts';
import { Rules, type RuledWorld } from './rules.ts';
import { World } from './world.ts';

export type Code = typeof realCode;

/** How a history went. */
export interface Outcome {
  /** Empty: the promise was kept. */
  readonly broken: readonly string[];
  readonly story: string;
  readonly steps: number;
  /** Losses in the window that is documented for servers which cannot remove exactly. */
  readonly windows: number;
  /** How many images ended in each state. */
  readonly ends: Readonly<Record<string, number>>;
}

/** When the noise ends, at the earliest, and how long after everything must have come to an end; ms. */
const calm = 15_000;
const patience = 3_600_000;
/** Steps after which a history is called endless. */
const mostSteps = 60_000;

/** Runs one history, from its plan alone. */
export async function runHistory(plan: Plan, code: Code = realCode): Promise<Outcome> {
  const world = new World(plan.seed);
  const { world: setup } = plan;
  const recipe = recipeSchema.parse({
    outputs: ['image', 'small'].slice(0, setup.outputs).map((name) => ({ name, key: `${name}_{name}` })),
  });
  const serverTime = (): number => Date.UTC(2026, 0, 2) + 437 + world.now;
  const contents = new Contents();
  const rules = new Rules(() => ruled);
  let listings = 0;
  const input = new MemoryBucket('in', bucketKinds[setup.input], serverTime, {
    onChange: (change) => {
      contents.saw(input, change.object.key, change.object.etag, change.object.bytes);
      rules.inputChanged(change);
    },
    isStale: () => plan.noise > 0 && world.now < calm && world.chance('stale', ++listings) < 0.1,
  });
  const output = new MemoryBucket('out', bucketKinds[setup.output], serverTime, {
    onChange: rules.outputChanged,
  });
  const rejected = new MemoryBucket('rejected', bucketKinds[setup.output], serverTime, {
    onChange: rules.rejectedChanged,
  });
  let drawn = 0;
  const database = new code.MemoryDatabase(serverTime, () => world.chance('database', ++drawn));
  const quiet =
    plan.noise === 0 &&
    plan.events.every(({ deed }) => deed.do === 'put' || deed.do === 'delete') &&
    ![...setup.images, ...plan.events.map(({ deed }) => deed)].some(
      (put) => 'content' in put && put.content === 'poison',
    );
  const ruled: RuledWorld = { plan: setup, recipe, database, input, output, rejected, quiet };

  rules.owner(() => {
    for (const name of setup.strangers)
      output.write(parseObjectKey(`image_${name.replace('dir/', '')}`), Buffer.from('not ours'));
    for (const { key, content } of setup.images) input.write(parseObjectKey(key), imageBytes(content));
  });

  const hinters = new Set<(key: string) => void>();
  const happenings: Happenings = new Happenings({
    plan,
    world,
    database,
    calm,
    put: (key, content, takes) => {
      const bytes = imageBytes(content);
      const write = (what: Buffer): void => {
        rules.owner(() => input.write(parseObjectKey(key), what));
        hint(key);
      };
      if (takes === 0 || setup.input !== 'folder') write(bytes);
      else {
        write(halfOf(bytes));
        world.after(takes, () => {
          write(bytes);
        });
      }
    },
    remove: (key) => {
      rules.owner(() => {
        input.hide(parseObjectKey(key));
      });
      hint(key);
    },
    start,
    watch: (call, effect) => rules.watch(call, effect),
  });

  for (let number = 1; number <= setup.workers; number++) happenings.begin(number);
  const lastEvent = Math.max(0, ...plan.events.map(({ when }) => ('at' in when ? when.at : 0)));
  const atEnd = (): boolean =>
    rules.broken.length > 0 ||
    world.steps > mostSteps ||
    (world.now > Math.max(calm, lastEvent) && unfinished(ruled).length === 0);
  const ended = await world.run(atEnd, Math.max(calm, lastEvent) + patience);
  if (rules.broken.length === 0 && (!ended || world.steps > mostSteps)) {
    for (const text of unfinished(ruled)) rules.breach(`No end: ${text}`);
    if (unfinished(ruled).length === 0) rules.breach('No end: the workers never come to rest');
  }
  if (rules.broken.length === 0) await inTheEnd();
  const counts = await code.openMemoryLedger(database, 'images').counts();
  return {
    broken: rules.broken,
    story: world.story,
    steps: world.steps,
    windows: rules.windows,
    ends: counts,
  };

  async function inTheEnd(): Promise<void> {
    for (const text of wrongEnds(ruled, contents, happenings.costs)) rules.breach(text);
    rules.checkNothingLost();
    happenings.stopAll();
    if (!(await world.run(() => happenings.allStopped, world.now + 600_000))) {
      rules.breach('The workers were told to stop and did not');
      return;
    }
    const reader = new Process('verify', world, happenings);
    const found = await code.verify({
      output: code.openMemoryStore(output),
      ledger: code.openMemoryLedger(database, 'images'),
      concurrency: 1,
      clock: reader.clock,
      signal: reader.stop.signal,
      onFinding: () => undefined,
    });
    // With `replace` an output may have been replaced by an image that was taken away before it could be recorded.
    const different = setup.conflict === 'replace' ? 0 : found.different;
    if (found.missing + different + found.unreadable > 0) {
      rules.breach(`verify found ${JSON.stringify(found)}`);
    }
  }

  function hint(key: string): void {
    for (const tell of hinters) tell(key);
  }

  /** One process of the real worker. */
  function start(process: Process): void {
    const { clock, wire } = process;
    const store = (bucket: MemoryBucket, name: string) => code.openMemoryStore(bucket, { wire, name });
    const inputStore = code.openMemoryStore(input, {
      wire,
      name: 'input',
      pageSize: 1,
      watch: (onHint, signal) => {
        // Hints are lost, doubled, late, and wrong.
        const tell = (key: string): void => {
          const chance = world.chance('hint', process.name, key, world.steps);
          if (chance < 0.3) return;
          const told = chance < 0.4 ? undefined : parseObjectKey(chance < 0.5 ? 'never/there' : key);
          world.after(chance * 300, () => {
            if (!process.alive || signal.aborted) return;
            onHint(told);
            if (chance > 0.8) onHint(told);
          });
        };
        hinters.add(tell);
        signal.addEventListener('abort', () => hinters.delete(tell));
      },
    });
    const ledger = code.openMemoryLedger(database, 'images', wire);
    const parts: PipelineParts = {
      worker: process.name,
      input: inputStore,
      output: store(output, 'output'),
      ...(setup.moves && { rejected: store(rejected, 'rejected') }),
      partialWritesVisible: input.traits.partialWritesVisible,
      ledger,
      transformer: openTransformer({
        tryNumber: (content) => happenings.tries(content),
        work: (content) => wire({ name: 'transform', about: content }, () => undefined),
        die: () => happenings.dies(process),
      }),
      recipe,
      // In half of all histories the recipe, the same one, is chosen by what the image holds: its keys are asked for late.
      ...(plan.seed % 2 === 0 && {
        chooser: makeChooser([{ name: 'png', when: { format: ['png'] }, recipe }], recipe),
      }),
      conflict: setup.conflict,
      maxAttempts: setup.maxAttempts,
      maxInputBytes: 1_000,
      budgets: {
        passages: new Budget(10_000),
        inputs: new Budget(10_000),
        images: new Budget(10_000),
        turns: new Budget(1),
      },
      outages: new Outages(() => undefined, clock),
      clock,
      ending: process.stop.signal,
      onEvent: ({ kind, image }) => {
        world.tell(process.name, () => `says: ${image.key} ${kind}`);
      },
    };
    const { input: from, outages, partialWritesVisible } = parts;
    const discovery = {
      input: from,
      ledger,
      outages,
      clock,
      partialWritesVisible,
      poll: 2_000,
      settle: 250,
      ignored: () => false,
    };
    code
      .runWorker({
        parts,
        queue: code.openMemoryQueue(database, 'images', { clock, wire, lease: setup.lease }),
        discovery,
        version: '1',
        concurrency: setup.concurrency,
        stop: process.stop.signal,
        stopNow: process.stopNow.signal,
      })
      .then(
        () => {
          happenings.hasStopped(process);
        },
        (thrown: unknown) => {
          rules.breach(`${process.name} ended with ${String(thrown)}`);
        },
      );
  }
}
