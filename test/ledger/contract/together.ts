import { describe, expect, it } from 'vitest';
import { toKuvaError } from '../../../src/image/failure.ts';
import type { Attempt } from '../../../src/ledger/contract/attempt.ts';
import { all, begun, beginOptions, inputBucket, recipe, recordOf, seen } from '../sample.ts';
import { type Given } from './given.ts';

const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg', 'f.jpg'];

/** Puts the images in, and gives their numbers in the order of their names. */
async function putAll(given: Given): Promise<bigint[]> {
  await given.ledger.enqueue(
    inputBucket,
    names.map((name) => seen(name)),
    await given.ledger.now(),
  );
  const rows = await all(given.ledger.images({}));
  return names.map((name) => {
    const row = rows.find(({ image }) => image.key === name);
    if (row === undefined) throw new Error(`${name} was not put in`);
    return row.id;
  });
}

async function beginAll(given: Given, ids: readonly bigint[]): Promise<Attempt[]> {
  const begins = ids.map((id, at) => given.ledger.begin(id, beginOptions(names[at] ?? '')));
  return (await Promise.all(begins)).map(begun);
}

/** Many images are under way at the same time, and what one of them gets is not for another. */
export function together(given: Given): void {
  describe('Several images at the same time', () => {
    it('begins each with its own keys and a token of its own', async () => {
      const ids = await putAll(given);
      const attempts = await beginAll(given, ids);
      expect(attempts.map(({ imageId }) => imageId)).toEqual(ids);
      expect(attempts.map(({ image }) => image.key)).toEqual(names);
      expect(attempts.map(({ outputKeys }) => outputKeys.get('image')?.key)).toEqual(
        names.map((name) => `negated_${name}`),
      );
      expect(new Set(attempts.map(({ token }) => token)).size).toBe(names.length);
      expect(await given.ledger.counts()).toMatchObject({ queued: 0, processing: names.length });
    });

    it('begins the others when there is no key for one, and tells that one why', async () => {
      const ids = await putAll(given);
      // All of them ask for one output key.
      const options = beginOptions('same.jpg', { conflict: 'reject' });
      const begins = await Promise.allSettled(ids.map((id) => given.ledger.begin(id, options)));
      const reasons = begins.flatMap((one) =>
        one.status === 'rejected' ? [toKuvaError(one.reason).code] : [],
      );
      expect(reasons).toEqual(Array<string>(names.length - 1).fill('output-key-taken'));
      expect(await given.ledger.counts()).toMatchObject({ queued: names.length - 1, processing: 1 });
    });

    it('answers each what is true of it: over, unknown, begun', async () => {
      const [first = 0n, second = 0n, ...others] = await putAll(given);
      const over = begun(await given.ledger.begin(first, beginOptions('a.jpg')));
      await given.ledger.commit(over, [recordOf(over)], recipe);
      await given.ledger.settle(over, { state: 'done' });
      const unknown = second + 1_000n;
      const answers = await Promise.all(
        [first, unknown, second, ...others].map((id, at) =>
          given.ledger.begin(id, beginOptions(`${at}.jpg`)),
        ),
      );
      expect(answers.slice(0, 2)).toEqual([
        { outcome: 'over', state: 'done' },
        { outcome: 'over', state: undefined },
      ]);
      expect(answers.slice(2).map(({ outcome }) => outcome)).toEqual(Array<string>(5).fill('begun'));
    });

    it('writes the records of the others when one of them cannot be written', async () => {
      const attempts = await beginAll(given, await putAll(given));
      const outcomes = await Promise.allSettled(
        attempts.map((attempt, at) => {
          const record = recordOf(attempt, `pixels of ${at}`);
          return given.ledger.commit(
            attempt,
            [at === 3 ? { ...record, outputBytes: Number.NaN } : record],
            recipe,
          );
        }),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(
        names.map((_, at) => (at === 3 ? 'rejected' : 'fulfilled')),
      );
      const written = await all(given.ledger.records({ oldestFirst: true }));
      expect(written.map(({ image }) => image.key).toSorted()).toEqual(names.filter((_, at) => at !== 3));
      for (const { image, outputKey } of written) expect(outputKey).toBe(`negated_${image.key}`);
      expect((await given.ledger.status()).records).toBe(names.length - 1);
    });

    it('tells the one whose attempt does not count any more, and no other', async () => {
      const ids = await putAll(given);
      const attempts = await beginAll(given, ids);
      const taken = begun(
        await given.ledger.begin(ids[2] ?? 0n, beginOptions('c.jpg', { worker: 'worker-2' })),
      );
      expect(
        await Promise.all(
          attempts.map((attempt) => given.ledger.commit(attempt, [recordOf(attempt)], recipe)),
        ),
      ).toEqual(names.map((_, at) => (at === 2 ? 'lost' : 'committed')));
      expect(
        await Promise.all(attempts.map((attempt) => given.ledger.settle(attempt, { state: 'done' }))),
      ).toEqual(names.map((_, at) => (at === 2 ? 'lost' : 'settled')));
      expect(await given.ledger.counts()).toMatchObject({ processing: 1, done: names.length - 1 });
      expect(await given.ledger.commit(taken, [recordOf(taken)], recipe)).toBe('committed');
    });

    it('settles each as it ended', async () => {
      const attempts = await beginAll(given, await putAll(given));
      await Promise.all(attempts.map((attempt) => given.ledger.commit(attempt, [recordOf(attempt)], recipe)));
      const failure = { code: 'object-changed', what: 'replaced' } as const;
      await Promise.all(
        attempts.map((attempt, at) =>
          given.ledger.settle(
            attempt,
            at === 0
              ? { state: 'superseded', failure }
              : at === 1
                ? { state: 'done', kept: true }
                : { state: 'done' },
          ),
        ),
      );
      expect(await given.ledger.counts()).toMatchObject({ superseded: 1, done: names.length - 1 });
      const finished = await all(given.ledger.finished({}));
      expect(finished.filter(({ input }) => input === 'input').map(({ image }) => image.key)).toEqual([
        'b.jpg',
      ]);
    });
  });
}
