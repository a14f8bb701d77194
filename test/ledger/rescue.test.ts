import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { lockClasses } from '../../src/ledger/locks.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { freshDatabase, type TestDatabase } from '../servers/postgres.ts';
import {
  all,
  begun,
  beginOptions,
  finish,
  inputBucket,
  put,
  recipe,
  recordOf,
  rowsOf,
  seen,
  until,
} from './sample.ts';

describe('Workers that look after each other', () => {
  let database: TestDatabase;
  let pool: LedgerPool;
  let ledger: Ledger;
  let stop: AbortController;
  const running: Promise<unknown>[] = [];

  beforeEach(async () => {
    database = await freshDatabase(inject('postgres'));
    pool = openPool(database.connection);
    ledger = openLedger(pool, 'cats');
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running.splice(0));
    await pool.end();
    await database.drop();
  });

  /** A worker as the database sees it: a row and a lock, on a connection that can be cut. */
  const register = async (name: string, lease = 60_000): Promise<Client> => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('select kuva.register_worker($1, $2, $3, $4, $5, $6, $7, $8)', [
      name,
      1,
      'host',
      1,
      '1',
      [`pool-of-${name}`],
      lease,
      lockClasses.worker,
    ]);
    return client;
  };
  const rescue = (): Promise<Record<string, unknown>[]> =>
    rowsOf(pool, `select * from kuva.rescue('somebody', ${lockClasses.worker})`);
  const beat = async (client: Client): Promise<unknown> =>
    (await rowsOf(client, `select kuva.beat('w', ${lockClasses.worker}) as lives`))[0]?.['lives'];

  it('take over only what a worker had whose lock is gone for a while', async () => {
    const id = await put(ledger, 'a.jpg');
    const worker = await register('w');
    const attempt = begun(await ledger.begin(id, beginOptions('a.jpg', { worker: 'w' })));
    await sleep(1_700);
    expect(await rescue()).toEqual([]);
    await worker.end();
    await until(async () => (await ledger.status()).workers[0]?.alive === false);
    expect(await rescue()).toEqual([]);
    expect((await ledger.counts()).processing).toBe(1);
    await sleep(1_700);
    expect(await rescue()).toEqual([{ worker: 'w', images: 1, silent: false }]);
    expect(await ledger.counts()).toMatchObject({ queued: 1, processing: 0 });
    // Whoever was believed dead and is not: too late.
    expect(await ledger.commit(attempt, [recordOf(attempt)], recipe)).toBe('lost');
    expect(await ledger.settle(attempt, { state: 'done' })).toBe('lost');
    expect(await all(ledger.records({}))).toEqual([]);
  });

  it('take over what a worker had that is silent for longer than its lease, and end its connection', async () => {
    const id = await put(ledger, 'a.jpg');
    const worker = await register('w', 2_000);
    let ended = false;
    worker.on('error', () => {
      ended = true;
    });
    const attempt = begun(await ledger.begin(id, beginOptions('a.jpg', { worker: 'w' })));
    expect(await ledger.holds(attempt)).toBe(true);
    // Half a lease is no silence; and heartbeats count, not how long the image takes.
    for (let n = 0; n < 5; n++) {
      await sleep(600);
      expect(await beat(worker)).toBe(true);
      expect(await rescue()).toEqual([]);
    }
    await until(async () => (await rescue()).length === 1, 10_000);
    await until(() => ended);
    expect(await ledger.counts()).toMatchObject({ queued: 1, processing: 0 });
    expect(await ledger.holds(attempt)).toBe(false);
    expect(await ledger.commit(attempt, [recordOf(attempt)], recipe)).toBe('lost');
    expect((await ledger.status()).workers).toEqual([]);
  });

  it('take nobody over at the first look after a pause of the whole database', async () => {
    await put(ledger, 'a.jpg');
    const worker = await register('w', 10_000);
    await pool.query("update kuva.workers set beat_at = now() - interval '1 hour'");
    expect((await ledger.status()).workers).toMatchObject([{ id: 'w', alive: false }]);
    expect(await rescue()).toEqual([]);
    expect(await beat(worker)).toBe(true);
    await sleep(2_200);
    expect(await rescue()).toEqual([]);
    expect((await ledger.status()).workers).toMatchObject([{ id: 'w', alive: true }]);
    await worker.end();
  });

  it('tell a worker that was given up, and one whose lock is on another connection', async () => {
    await put(ledger, 'a.jpg');
    const worker = await register('w');
    expect(await beat(worker)).toBe(true);
    const other = new Client({ connectionString: database.url });
    await other.connect();
    expect(await beat(other)).toBe(false);
    await other.end();
    await pool.query('delete from kuva.workers');
    expect(await beat(worker)).toBe(false);
    await worker.end();
  });

  it('give jobs back under new numbers: who comes back late and notes one as done removes nothing', async () => {
    const id = await put(ledger, 'a.jpg');
    await pool.query(
      "update graphile_worker._private_jobs set locked_by = 'pool-of-w', locked_at = now(), attempts = 1",
    );
    const [before] = await rowsOf(pool, 'select id from graphile_worker.jobs');
    begun(await ledger.begin(id, beginOptions('a.jpg', { worker: 'w' })));
    await pool.query("select kuva.give_back('{w}', '{pool-of-w}')");
    const after = await rowsOf(pool, 'select id, locked_by, key from graphile_worker.jobs');
    expect(after).toMatchObject([{ locked_by: null, key: `kuva-image-${id}` }]);
    expect(after[0]?.['id']).not.toBe(before?.['id']);
  });

  it('leave one alone that got its lock again in time', async () => {
    await put(ledger, 'a.jpg');
    const before = await register('w');
    await before.end();
    await until(async () => (await ledger.status()).workers[0]?.alive === false);
    await rescue();
    const after = await register('w');
    await sleep(1_700);
    expect(await rescue()).toEqual([]);
    await after.end();
  });

  it('end the session of a connection that its worker has lost and the server has not noticed', async () => {
    await put(ledger, 'a.jpg');
    const hanging = await register('w');
    let ended = false;
    hanging.on('error', () => {
      ended = true;
    });
    const again = await register('w');
    await until(() => ended);
    expect((await ledger.status()).workers).toMatchObject([{ id: 'w', alive: true }]);
    await again.end();
  });

  it('free jobs that a dead worker had taken and not begun', async () => {
    await put(ledger, 'a.jpg');
    const worker = await register('w');
    await pool.query(
      "update graphile_worker._private_jobs set locked_by = 'pool-of-w', locked_at = now(), attempts = 1",
    );
    await worker.end();
    await until(async () => (await rescue()).length === 1, 5_000);
    expect(await rowsOf(pool, 'select locked_by from graphile_worker.jobs')).toEqual([{ locked_by: null }]);
  });

  it('spread images over time that were given back again and again, and fail them in the end', async () => {
    const ids = [await put(ledger, 'a.jpg'), await put(ledger, 'b.jpg')];
    for (let n = 1; n <= 3; n++) {
      for (const id of ids) begun(await ledger.begin(id, beginOptions('x', { worker: 'w', wanted: [] })));
      await pool.query("select kuva.give_back('{w}', '{}')");
    }
    const due = await rowsOf(pool, 'select due_at > changed_at as later from kuva.images');
    expect(due).toEqual([{ later: true }, { later: true }]);
    for (const id of ids) expect((await ledger.begin(id, beginOptions('x'))).outcome).toBe('exhausted');
    expect((await ledger.counts()).failed).toBe(2);
  });

  it('discover one at a time, and the next begins when the first ends or loses its connection', async () => {
    await put(ledger, 'a.jpg');
    const events: string[] = [];
    const stops = ['one', 'two', 'three'].map((name) => {
      const own = new AbortController();
      const queue = openQueue(pool, 'cats');
      running.push(
        queue.lead(
          async (signal) => {
            events.push(`${name} leads`);
            await new Promise((resolve) => {
              signal.addEventListener('abort', resolve);
            });
            events.push(`${name} ends`);
          },
          AbortSignal.any([own.signal, stop.signal]),
        ),
      );
      return own;
    });
    const leader = (): string => (events.at(-1) ?? '').replace(' leads', '');
    await until(() => events.length === 1);
    await sleep(1_500);
    expect(events).toHaveLength(1);
    const first = leader();
    stops[['one', 'two', 'three'].indexOf(first)]?.abort();
    await until(() => events.length === 3);
    const second = leader();
    expect(events).toEqual([`${first} leads`, `${first} ends`, `${second} leads`]);
    await pool.query(`select pg_terminate_backend(backend) from kuva.held_locks(${lockClasses.lead})`);
    await until(() => events.length >= 5);
    expect(events[3]).toBe(`${second} ends`);
    expect(events[4]).toMatch(/ leads$/);
    expect(await rowsOf(pool, `select no from kuva.held_locks(${lockClasses.lead})`)).toHaveLength(1);
  });
});

describe('Following the records', () => {
  it('does not pass over one that was numbered before others and is written after them', async () => {
    const database = await freshDatabase(inject('postgres'));
    const pool = openPool(database.connection);
    const ledger = openLedger(pool, 'cats');
    await finish(ledger, await put(ledger, 'first'), 'first');
    const [start] = await all(ledger.records({}));
    const after = async (id: bigint): Promise<string[]> =>
      (await all(ledger.records({ afterRecord: id, oldestFirst: true }))).map(
        (record): string => record.image.key,
      );

    await ledger.enqueue(inputBucket, [seen('slow'), seen('quick')], await ledger.now());
    const slow = (await all(ledger.images({ name: 'slow' })))[0]?.id ?? 0n;
    const quick = (await all(ledger.images({ name: 'quick' })))[0]?.id ?? 0n;
    const attempt = begun(await ledger.begin(slow, beginOptions('slow')));
    const client = await pool.connect();
    await client.query('begin');
    await client.query('select kuva.commit_records($1, $2, $3, $4, $5, $6)', [
      slow,
      attempt.token,
      recipe.digest,
      recipe.text,
      JSON.stringify([recordOf(attempt)]),
      lockClasses.records,
    ]);
    await finish(ledger, quick, 'quick');
    expect(await after(start?.id ?? 0n)).toEqual([]);
    await client.query('commit');
    client.release();
    expect(await after(start?.id ?? 0n)).toEqual(['slow', 'quick']);
    await pool.end();
    await database.drop();
  });
});
