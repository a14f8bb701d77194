import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { freshDatabase, type TestDatabase } from '../servers/postgres.ts';
import {
  all,
  beginOptions,
  begun,
  finish,
  inputBucket,
  put,
  recipe,
  recordOf,
  rowsOf,
  seen,
  until,
} from './sample.ts';

describe('The queue', () => {
  let database: TestDatabase;
  let pool: LedgerPool;
  let ledger: Ledger;
  let stop: AbortController;
  const running: Promise<unknown>[] = [];
  const logged: string[] = [];

  beforeEach(async () => {
    database = await freshDatabase(inject('postgres'));
    pool = openPool(database.connection);
    ledger = openLedger(pool, 'cats');
    stop = new AbortController();
    logged.length = 0;
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running.splice(0));
    await pool.end();
    await database.drop();
  });

  type Work = Parameters<ReturnType<typeof openQueue>['run']>[0]['work'];
  const start = (work: Work, worker = 'worker-1', concurrency = 4): void => {
    const queue = openQueue(pool, 'cats', { log: (message) => logged.push(message) });
    running.push(queue.run({ worker, version: '1.2.3', concurrency, work, stop: stop.signal }));
  };
  const finishes: Work = async ({ id, image }) => {
    const begin = await ledger.begin(id, beginOptions(image.key));
    if (begin.outcome !== 'begun') return;
    await ledger.commit(begin.attempt, [recordOf(begin.attempt)], recipe);
    await ledger.settle(begin.attempt, { state: 'done' });
  };
  const jobs = async (): Promise<number> =>
    (await rowsOf(pool, 'select id from graphile_worker.jobs')).length;

  it('hands each image to one worker, with all that it has to know before it begins', async () => {
    const handed: unknown[] = [];
    await ledger.enqueue(
      inputBucket,
      [seen('a.jpg', 'e1', 77), seen("b'.jpg", 'e2', 78)],
      await ledger.now(),
    );
    start((queued) => {
      handed.push(queued);
      return finishes(queued);
    });
    await until(async () => (await ledger.counts()).done === 2);
    expect(handed).toHaveLength(2);
    const [row] = await all(ledger.images({ name: 'a.jpg' }));
    expect(handed).toContainEqual({
      id: row?.id,
      image: { pipeline: 'cats', bucket: inputBucket, key: 'a.jpg', etag: 'e1' },
      size: 77,
    });
    await until(async () => (await jobs()) === 0);
  });

  it('hands an image over within moments of its being put in', async () => {
    start(finishes);
    await until(async () => (await ledger.status()).workers.length === 1);
    const id = await put(ledger, 'a.jpg');
    await until(
      async () => (await all(ledger.images({ states: ['done'] }))).some((row) => row.id === id),
      3_000,
    );
  });

  it('works on so many images at a time, and finishes them when it is told to stop', async () => {
    let now = 0;
    let most = 0;
    const finished: string[] = [];
    await ledger.enqueue(
      inputBucket,
      Array.from({ length: 8 }, (_, n) => seen(`${n}`)),
      await ledger.now(),
    );
    start(
      async (queued) => {
        most = Math.max(most, ++now);
        await sleep(300);
        await finishes(queued);
        finished.push(queued.image.key);
        now--;
      },
      'worker-1',
      3,
    );
    await until(() => now === 3);
    stop.abort();
    await Promise.all(running.splice(0));
    expect({ most, now, finished: finished.length }).toEqual({ most: 3, now: 0, finished: 3 });
    expect(await ledger.counts()).toMatchObject({ queued: 5, processing: 0, done: 3 });
    expect((await ledger.status()).workers).toEqual([]);
  });

  it('takes several jobs with one statement, and hands each image over once', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `${at}.jpg`);
    await ledger.enqueue(
      inputBucket,
      names.map((name) => seen(name)),
      await ledger.now(),
    );
    const asked = vi.spyOn(pool, 'query');
    const handed: string[] = [];
    start(
      (queued) => {
        handed.push(queued.image.key);
        return finishes(queued);
      },
      'worker-1',
      8,
    );
    await until(async () => (await ledger.counts()).done === names.length);
    expect(handed.toSorted()).toEqual(names.toSorted());
    const statements = asked.mock.calls.map(([statement]) => nameOf(statement));
    // Eight loops begin at once; later ones may ask alone.
    expect(statements.filter((name) => /^get_job\S* 8$/.test(name))).not.toEqual([]);
    expect(statements.filter((name) => name === 'kuva_begin_several')).not.toEqual([]);
    await until(async () => (await jobs()) === 0);
  });

  it('keeps the jobs of two pipelines in one database apart', async () => {
    const dogs = openLedger(pool, 'dogs');
    await dogs.enqueue(inputBucket, [seen('dog.jpg')], await ledger.now());
    await put(ledger, 'cat.jpg');
    const handed: string[] = [];
    start((queued) => {
      handed.push(queued.image.key);
      return finishes(queued);
    });
    await until(async () => (await ledger.counts()).done === 1);
    await sleep(300);
    expect(handed).toEqual(['cat.jpg']);
    expect((await dogs.counts()).queued).toBe(1);
  });

  it('comes back with an image whose attempt failed or was postponed, when that is due', async () => {
    const seenAttempts: number[] = [];
    await put(ledger, 'a.jpg');
    start(async ({ id }) => {
      const begin = await ledger.begin(id, beginOptions('a.jpg'));
      if (begin.outcome !== 'begun') return;
      seenAttempts.push(begin.attempt.number);
      const failure = { code: 'transform-failed', what: 'no' } as const;
      if (seenAttempts.length === 1)
        await ledger.settle(begin.attempt, { state: 'attempt-failed', failure, delayMs: 50 });
      else if (seenAttempts.length === 2)
        await ledger.settle(begin.attempt, { state: 'postponed', delayMs: 50 });
      else await ledger.settle(begin.attempt, { state: 'superseded', failure });
    });
    await until(async () => (await ledger.counts()).superseded === 1);
    expect(seenAttempts).toEqual([1, 2, 2]);
    await until(async () => (await jobs()) === 0);
  });

  it('does not come back before a long pause is over', async () => {
    await put(ledger, 'a.jpg');
    let times = 0;
    start(async ({ id }) => {
      times++;
      const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
      await ledger.settle(attempt, { state: 'postponed', delayMs: 6 * 3_600_000 });
    });
    await until(async () => times === 1 && (await ledger.counts()).queued === 1);
    await sleep(2_500);
    expect(times).toBe(1);
    const { rows } = await pool.query(
      "select run_at > now() + interval '5 hours' as late from graphile_worker.jobs where key is not null",
    );
    expect(rows).toEqual([{ late: true }]);
  });

  it('finds a job whose image is over harmless: the worker was killed between the image’s end and the job’s', async () => {
    const id = await put(ledger, 'a.jpg');
    await finish(ledger, id, 'a.jpg');
    expect(await jobs()).toBe(1);
    const answers: string[] = [];
    start(async (queued) => {
      answers.push((await ledger.begin(queued.id, beginOptions('a.jpg'))).outcome);
    });
    await until(async () => (await jobs()) === 0);
    expect(answers).toEqual(['over']);
  });

  it('gives an image back that its worker let fall without settling it', async () => {
    await put(ledger, 'a.jpg');
    let times = 0;
    start(async ({ id }) => {
      const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
      if (++times > 1) await ledger.settle(attempt, { state: 'done' });
    });
    await until(() => times === 1);
    stop.abort();
    await Promise.all(running.splice(0));
    expect(await ledger.counts()).toMatchObject({ queued: 1, processing: 0 });
    stop = new AbortController();
    start(async ({ id }) => {
      await ledger.settle(begun(await ledger.begin(id, beginOptions('a.jpg'))), { state: 'done' });
    });
    await until(async () => (await ledger.counts()).done === 1);
  });

  it('mends an image that waits without a job, when a worker starts', async () => {
    await put(ledger, 'a.jpg');
    await pool.query('delete from graphile_worker._private_jobs');
    start(finishes);
    await until(async () => (await ledger.counts()).done === 1);
  });

  it('frees a job that nobody who lives has locked, and forgets the remains of replaced ones', async () => {
    await ledger.enqueue(inputBucket, [seen('a.jpg'), seen('b.jpg')], await ledger.now());
    await pool.query(
      `update graphile_worker._private_jobs set locked_by = 'pool-of-nobody', locked_at = now() - interval '1 minute'`,
    );
    await pool.query(
      `insert into graphile_worker._private_jobs (task_id, attempts, max_attempts) select task_id, 5, 5 from graphile_worker._private_jobs limit 1`,
    );
    start(finishes);
    await until(async () => (await ledger.counts()).done === 2);
    await until(async () => (await jobs()) === 0);
  });
});

/** Of a prepared statement; empty for others. */
function nameOf(statement: unknown): string {
  return typeof statement === 'object' && statement !== null && 'name' in statement
    ? String(statement.name)
    : '';
}
