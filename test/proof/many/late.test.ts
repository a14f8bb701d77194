/** A worker that was given up comes back in the middle of an image, at every point; and two do one image at the same time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import type { CrashPoint } from '../../../src/image/crashPoint.ts';
import { parseObjectKey } from '../../../src/image/key.ts';
import { defaultRecipe, type Recipe } from '../../../src/image/recipe.ts';
import type { KeyConflict } from '../../../src/ledger/contract/attempt.ts';
import { processImage } from '../../../src/pipeline/processImage.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { makePng } from '../../pictures/photos.ts';
import { all } from '../../ledger/sample.ts';
import { keysIn } from '../../pipeline/kit.ts';
import { type Barrier, makeBarrier, openPair } from './pairOfWorkers.ts';

const never = new AbortController().signal;
const stores = inject('rgw') === null ? (['folder'] as const) : (['folder', 's3'] as const);
const points = [
  'begun',
  'read',
  'transformed',
  'output-due',
  'output-placed',
  'recorded',
  'input-removed',
] as const satisfies CrashPoint[];

const holdAt = (point: CrashPoint, barrier: Barrier) => async (passed: CrashPoint) => {
  if (passed === point) await barrier.wait();
};

/** Another program or recipe: its outputs have the same names and other bytes. */
const otherRecipe: Recipe = {
  ...defaultRecipe,
  outputs: defaultRecipe.outputs.map((output) => ({
    ...output,
    steps: [...output.steps, { step: 'flip', axis: 'vertical' } as const],
  })),
};
const thirdRecipe: Recipe = {
  ...defaultRecipe,
  outputs: defaultRecipe.outputs.map((output) => ({
    ...output,
    steps: [
      ...output.steps,
      { step: 'flip', axis: 'vertical' } as const,
      { step: 'negate', alpha: false } as const,
    ],
  })),
};

describe.each(stores)('On a %s, one image and two workers', (kind) => {
  it.each(
    points,
  )('of which one sleeps at "%s" until the other one is done: it changes nothing more', async (point) => {
    const pair = await openPair(kind);
    await pair.put('cat.png', await makePng());
    const queued = await pair.queue('cat.png');
    const barrier = makeBarrier();
    const late = pair.worker('late', { at: holdAt(point, barrier) });
    const successor = pair.worker('successor');
    const sleeping = processImage(late.parts, queued, never);
    await barrier.reached;
    await processImage(successor.parts, queued, never);
    expect(successor.events.map(({ kind: end }) => end)).toEqual(['done']);
    barrier.open();
    await sleeping;
    expect(late.events.map(({ kind: end }) => end)).toEqual(['lost']);
    expect(await keysIn(pair.input)).toEqual([]);
    expect(await pair.differences()).toEqual([]);
    const records = await all(pair.kit.ledger.records({}));
    expect(records.map(({ worker }) => worker)).toEqual([
      point === 'recorded' || point === 'input-removed' ? 'late' : 'successor',
    ]);
    expect(await pair.kit.ledger.counts()).toMatchObject({ done: 1, processing: 0, queued: 0 });
  });

  it('which write its output at the very same time: one row, and it is true', async () => {
    const pair = await openPair(kind);
    await pair.put('cat.png', await makePng());
    const queued = await pair.queue('cat.png');
    const barriers = [makeBarrier(), makeBarrier()];
    const workers = barriers.map((barrier, n) =>
      pair.worker(`worker-${n}`, { at: holdAt('output-due', barrier) }),
    );
    const first = processImage(workers[0]?.parts ?? pair.kit.parts, queued, never);
    await barriers[0]?.reached;
    const second = processImage(workers[1]?.parts ?? pair.kit.parts, queued, never);
    await barriers[1]?.reached;
    for (const barrier of barriers) barrier.open();
    await Promise.all([first, second]);
    expect(workers.flatMap(({ events }) => events.map(({ kind: end }) => end))).toEqual(['lost', 'done']);
    expect(await pair.differences()).toEqual([]);
    expect(await all(pair.kit.ledger.records({}))).toHaveLength(1);
    expect(await keysIn(pair.input)).toEqual([]);
  });
});

describe.skipIf(inject('rgw') === null)(
  'A worker that sleeps between its record and the removal of the input',
  () => {
    it.each([
      'before it asks whether its attempt still counts',
      'between its look at the input and its removal',
    ])('%s: leaves the same picture alone that its owner has put there anew', async (when) => {
      const barrier = makeBarrier();
      let held = false;
      const holdOnce = (point: CrashPoint) => async (passed: CrashPoint) => {
        if (passed !== point || held) return;
        held = true;
        await barrier.wait();
      };
      const inStore = when.startsWith('between');
      const pair = await openPair('s3', inStore ? holdOnce('s3.compared') : undefined);
      const bytes = await makePng();
      await pair.put('cat.png', bytes);
      const queued = await pair.queue('cat.png');
      const late = pair.worker('late', inStore ? {} : { at: holdOnce('recorded') });
      const successor = pair.worker('successor');
      const sleeping = processImage(late.parts, queued, never);
      await barrier.reached;
      await processImage(successor.parts, queued, never);
      expect(await keysIn(pair.input)).toEqual([]);
      // RGW compares whole seconds.
      await sleep(1_100);
      await pair.put('cat.png', bytes);
      const again = await pair.queue('cat.png');
      expect(again.id).toBe(queued.id);
      barrier.open();
      await sleeping;
      expect(late.events.map(({ kind: end }) => end)).toEqual(['lost']);
      expect(await keysIn(pair.input)).toEqual(['cat.png']);
      await processImage(successor.parts, again, never);
      expect(successor.events.map(({ kind: end }) => end)).toEqual(['done', 'done']);
      expect(await keysIn(pair.input)).toEqual([]);
      expect((await all(pair.kit.ledger.records({}))).map(({ round }) => round).sort()).toEqual([1, 2]);
      expect(await pair.differences()).toEqual([]);
    });
  },
);

describe.skipIf(inject('rgw') === null)('A worker of another version that comes back late', () => {
  it.each<[KeyConflict, string]>([
    ['keep-both', 'before its PUT'],
    ['replace', 'before its PUT'],
    ['keep-both', 'in the middle of its PUT'],
    ['replace', 'in the middle of its PUT'],
  ])('with conflict: %s and %s: does not overwrite what its successor has recorded', async (conflict, when) => {
    const pair = await openPair('s3');
    const bytes = await makePng();
    // Done once; then put in again and begun by a worker that may therefore overwrite the output.
    await pair.put('cat.png', bytes);
    await processImage(pair.worker('first', { conflict }).parts, await pair.queue('cat.png'), never);
    await pair.put('cat.png', bytes);
    const queued = await pair.queue('cat.png');
    const barrier = makeBarrier();
    const inPut = when.startsWith('in the middle');
    const late = pair.worker('late', {
      conflict,
      recipe: otherRecipe,
      ...(inPut ? { output: holdingPut(pair.output, barrier) } : { at: holdAt('output-due', barrier) }),
    });
    const successor = pair.worker('successor', { conflict, recipe: thirdRecipe });
    const sleeping = processImage(late.parts, queued, never);
    await barrier.reached;
    await processImage(successor.parts, queued, never);
    expect(successor.events.map(({ kind: end }) => end)).toEqual(['done']);
    barrier.open();
    await sleeping;
    expect(late.events.map(({ kind: end }) => end)).toEqual(['lost']);
    expect(await pair.differences()).toEqual([]);
    const newest = await all(pair.kit.ledger.records({ currentOnly: true }));
    expect(newest.map(({ worker, outputKey }) => [worker, outputKey])).toEqual([
      ['successor', parseObjectKey('negated_cat.png')],
    ]);
  });
});

/** The store, whose overwriting PUT is on its way for as long as the barrier is shut. */
function holdingPut(store: ObjectStore, barrier: Barrier): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'put') {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method: unknown = value.bind(target);
        return method;
      }
      const put: ObjectStore['put'] = async (key, body, options) => {
        if (typeof options.condition === 'object') await barrier.wait();
        return target.put(key, body, options);
      };
      return put;
    },
  });
}
