import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { type Child, startChild } from '../processes/child.ts';
import { freshDatabase, type TestDatabase } from '../servers/postgres.ts';
import {
  all,
  beginOptions,
  begun,
  inputBucket,
  put,
  recipe,
  recordOf,
  rowsOf,
  seen,
  until,
} from './sample.ts';

describe('The queue, its processes and connections', () => {
  let database: TestDatabase;
  let pool: LedgerPool;
  let ledger: Ledger;
  let stop: AbortController;
  const running: Promise<unknown>[] = [];
  const children: Child[] = [];
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
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await pool.end();
    await database.drop();
  });

  type Work = Parameters<ReturnType<typeof openQueue>['run']>[0]['work'];
  const start = (work: Work, worker = 'worker-1', concurrency = 4): void => {
    const queue = openQueue(pool, 'cats', { log: (message) => logged.push(message) });
    running.push(queue.run({ worker, version: '1.2.3', concurrency, work, stop: stop.signal }));
  };
  const child = (worker: string, takes = '0'): Child => {
    const started = startChild(new URL('queueWorker.ts', import.meta.url), [database.url, worker, takes]);
    children.push(started);
    return started;
  };
  const finishes: Work = async ({ id, image }) => {
    const begin = await ledger.begin(id, beginOptions(image.key));
    if (begin.outcome !== 'begun') return;
    await ledger.commit(begin.attempt, [recordOf(begin.attempt)], recipe);
    await ledger.settle(begin.attempt, { state: 'done' });
  };
  const jobs = async (): Promise<number> =>
    (await rowsOf(pool, 'select id from graphile_worker.jobs')).length;

  it('shows who is at work, and who discovers', async () => {
    await put(ledger, 'a.jpg');
    const worker = child('worker-7');
    await worker.line(/^begun a.jpg/);
    await worker.line(/^leading/);
    const [row] = (await ledger.status()).workers;
    expect(row).toMatchObject({
      id: 'worker-7',
      pid: worker.process.pid,
      version: '1.2.3',
      alive: true,
      discovering: true,
      processing: 1,
    });
  });

  it('takes over what a worker had that was killed, within seconds, and its turn to discover', async () => {
    await ledger.enqueue(inputBucket, [seen('a.jpg'), seen('b.jpg')], await ledger.now());
    const dies = child('dies');
    await Promise.all([dies.line(/^begun a.jpg/), dies.line(/^begun b.jpg/), dies.line(/^leading/)]);
    const lives = child('lives', '10');
    await until(async () => (await ledger.status()).workers.length === 2);
    await dies.kill('SIGKILL');
    const killed = Date.now();
    await lives.line(/^leading/);
    await Promise.all([lives.line(/^done a.jpg/), lives.line(/^done b.jpg/)]);
    // Three seconds on a machine that is not busy; four hours without the rescue.
    expect(Date.now() - killed).toBeLessThan(10_000);
    expect(await ledger.counts()).toMatchObject({ queued: 0, processing: 0, done: 2 });
    expect((await all(ledger.records({}))).map((record) => [record.worker, record.attempt])).toEqual([
      ['lives', 2],
      ['lives', 2],
    ]);
    await until(async () => (await jobs()) === 0);
  });

  it('ends in order on a signal, with nothing left locked', async () => {
    const worker = child('worker-1', '200');
    await ledger.enqueue(inputBucket, [seen('a.jpg')], await ledger.now());
    await worker.line(/^begun/);
    worker.process.kill('SIGTERM');
    expect(await worker.ended).toEqual({ code: 0, signal: null });
    expect(worker.lines.filter((line) => line.startsWith('stderr') && !line.includes('Warning'))).toEqual([]);
    expect(await ledger.counts()).toMatchObject({ done: 1, processing: 0 });
    expect((await ledger.status()).workers).toEqual([]);
  });

  it('goes on when all its connections are cut, and keeps what it has in work', async () => {
    const troubles: (string | undefined)[] = [];
    const finished: string[] = [];
    const queue = openQueue(pool, 'cats', { log: (message) => logged.push(message) });
    await ledger.enqueue(inputBucket, [seen('slow.jpg')], await ledger.now());
    let slowBegun = false;
    running.push(
      queue.run({
        worker: 'worker-1',
        version: '1',
        concurrency: 2,
        stop: stop.signal,
        onDatabaseTrouble: (failure) => troubles.push(failure?.code),
        async work(queued) {
          const attempt = begun(await ledger.begin(queued.id, beginOptions(queued.image.key)));
          if (queued.image.key === 'slow.jpg') {
            slowBegun = true;
            await sleep(3_000);
          }
          finished.push(`${queued.image.key}: ${await ledger.settle(attempt, { state: 'done' })}`);
        },
      }),
    );
    await until(() => slowBegun);
    await pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await until(() => troubles.includes(undefined));
    await ledger.enqueue(inputBucket, [seen('quick.jpg')], await ledger.now());
    await until(() => finished.length === 2);
    expect(finished.sort()).toEqual(['quick.jpg: settled', 'slow.jpg: settled']);
    expect(troubles).toEqual(['database-unreachable', undefined]);
    await until(async () => (await jobs()) === 0);
  });

  it('uses four connections at most', async () => {
    await ledger.enqueue(
      inputBucket,
      Array.from({ length: 50 }, (_, n) => seen(`${n}`)),
      await ledger.now(),
    );
    let most = 0;
    start(
      async (queued) => {
        const sessions = await rowsOf(
          pool,
          "select pid from pg_stat_activity where datname = current_database() and application_name like 'kuva %'",
        );
        most = Math.max(most, sessions.length);
        await finishes(queued);
      },
      'worker-1',
      16,
    );
    await until(async () => (await ledger.counts()).done === 50);
    expect(most).toBeGreaterThan(2);
    expect(most).toBeLessThanOrEqual(4);
  });
});
