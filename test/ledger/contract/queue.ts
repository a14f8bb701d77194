/** What every queue must do: the docstrings of src/ledger/contract/queue.ts, as tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueuedImage } from '../../../src/ledger/contract/attempt.ts';
import type { Ledger } from '../../../src/ledger/contract/ledger.ts';
import type { ImageQueue } from '../../../src/ledger/contract/queue.ts';
import { all, begun, beginOptions, inputBucket, put, recipe, recordOf, seen, until } from '../sample.ts';

export interface QueueUnderTest {
  readonly ledger: Ledger;
  /** Another pipeline's ledger in the same database. */
  readonly other: Ledger;
  /** A queue of one more process. */
  readonly open: () => ImageQueue;
  /** A worker is at work, and its connection is gone for good. */
  readonly dies: (worker: string) => Promise<void>;
  close(): Promise<void>;
}

type Work = (queued: QueuedImage) => Promise<void>;

/** @param open gives a queue with nothing in it, before each test */
export function queueContract(name: string, open: () => Promise<QueueUnderTest>): void {
  describe(`The contract of a queue, kept by ${name}`, () => {
    let test: QueueUnderTest;
    let stop: AbortController;
    const running: Promise<unknown>[] = [];
    beforeEach(async () => {
      test = await open();
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await Promise.all(running.splice(0));
      await test.close();
    });

    const start = (work: Work, worker = 'worker-1', concurrency = 4): void => {
      running.push(test.open().run({ worker, version: '1', concurrency, work, stop: stop.signal }));
    };
    const finishes: Work = async ({ id, image }) => {
      const begin = await test.ledger.begin(id, beginOptions(image.key));
      if (begin.outcome !== 'begun') return;
      await test.ledger.commit(begin.attempt, [recordOf(begin.attempt)], recipe);
      await test.ledger.settle(begin.attempt, { state: 'done' });
    };

    it('hands each image over once, with all that a worker has to know before it begins', async () => {
      const handed: QueuedImage[] = [];
      const objects = [seen('a.jpg', 'e1', 77), seen("b'.jpg", 'e2', 78)];
      await test.ledger.enqueue(inputBucket, objects, await test.ledger.now());
      for (const worker of ['worker-1', 'worker-2']) {
        start((queued) => {
          handed.push(queued);
          return finishes(queued);
        }, worker);
      }
      await until(async () => (await test.ledger.counts()).done === 2);
      expect(handed.map(({ image, size }) => [image.key, image.etag, size]).sort()).toEqual([
        ['a.jpg', 'e1', 77],
        ["b'.jpg", 'e2', 78],
      ]);
    });

    it('works on so many at a time, and finishes them when it is told to stop', async () => {
      let now = 0;
      let most = 0;
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const objects = Array.from({ length: 8 }, (_, n) => seen(`${n}`));
      await test.ledger.enqueue(inputBucket, objects, await test.ledger.now());
      start(
        async (queued) => {
          most = Math.max(most, ++now);
          await gate;
          await finishes(queued);
          now--;
        },
        'worker-1',
        3,
      );
      await until(() => now === 3);
      stop.abort();
      release();
      await Promise.all(running.splice(0));
      expect({ most, now }).toEqual({ most: 3, now: 0 });
      expect(await test.ledger.counts()).toMatchObject({ queued: 5, processing: 0, done: 3 });
    });

    it('comes back with what was postponed or failed when that is due, and not before', async () => {
      const attempts: number[] = [];
      const failure = { code: 'transform-failed', what: 'no' } as const;
      await put(test.ledger, 'a.jpg');
      start(async ({ id }) => {
        const { attempt } = { attempt: begun(await test.ledger.begin(id, beginOptions('a.jpg'))) };
        attempts.push(attempt.number);
        const hours = { state: 'postponed', delayMs: 3_600_000 } as const;
        if (attempts.length === 1) {
          await test.ledger.settle(attempt, { state: 'attempt-failed', failure, delayMs: 50 });
        } else if (attempts.length === 2)
          await test.ledger.settle(attempt, { state: 'postponed', delayMs: 50 });
        else await test.ledger.settle(attempt, hours);
      });
      await until(async () => attempts.length === 3 && (await test.ledger.counts()).queued === 1);
      await sleep(1_500);
      expect(attempts).toEqual([1, 2, 2]);
    });

    it('keeps two pipelines apart', async () => {
      await test.other.enqueue(inputBucket, [seen('dog.jpg')], await test.ledger.now());
      await put(test.ledger, 'cat.jpg');
      const handed: string[] = [];
      start((queued) => {
        handed.push(queued.image.key);
        return finishes(queued);
      });
      await until(async () => (await test.ledger.counts()).done === 1);
      expect(handed).toEqual(['cat.jpg']);
      expect((await test.other.counts()).queued).toBe(1);
    });

    it('gives what a worker let fall to others when that one leaves', async () => {
      const id = await put(test.ledger, 'a.jpg');
      let times = 0;
      start(async () => {
        begun(await test.ledger.begin(id, beginOptions('a.jpg')));
        times++;
      });
      await until(() => times === 1);
      stop.abort();
      await Promise.all(running.splice(0));
      expect(await test.ledger.counts()).toMatchObject({ queued: 1, processing: 0 });
      stop = new AbortController();
      start(finishes, 'worker-2');
      await until(async () => (await test.ledger.counts()).done === 1);
    });

    it('takes over what a dead worker had; whoever comes back late has lost', async () => {
      const id = await put(test.ledger, 'a.jpg');
      await test.dies('dead');
      const late = begun(await test.ledger.begin(id, beginOptions('a.jpg', { worker: 'dead' })));
      start(finishes, 'lives');
      await until(async () => (await test.ledger.counts()).done === 1, 30_000);
      expect(await test.ledger.holds(late)).toBe(false);
      expect(await test.ledger.commit(late, [recordOf(late)], recipe)).toBe('lost');
      expect(await test.ledger.settle(late, { state: 'postponed', delayMs: 0 })).toBe('lost');
      expect(await all(test.ledger.records({}))).toHaveLength(1);
      expect((await test.ledger.counts()).done).toBe(1);
    });

    it('lets one process lead, and the next one when that ends', async () => {
      const events: string[] = [];
      const lead = (leader: string): AbortController => {
        const own = new AbortController();
        const body = async (signal: AbortSignal): Promise<void> => {
          events.push(`${leader} leads`);
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
          events.push(`${leader} ends`);
        };
        running.push(test.open().lead(body, AbortSignal.any([own.signal, stop.signal])));
        return own;
      };
      const first = lead('one');
      await until(() => events.length === 1);
      lead('two');
      await sleep(1_500);
      expect(events).toEqual(['one leads']);
      first.abort();
      await until(() => events.length === 3);
      expect(events).toEqual(['one leads', 'one ends', 'two leads']);
    });
  });
}
