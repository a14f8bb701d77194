import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toKuvaError } from '../../src/image/failure.ts';
import { type EmbeddedDatabase, startEmbedded } from '../../src/ledger/embedded/startEmbedded.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { all, beginOptions, inputBucket, recipe, recordOf, seen, until } from './sample.ts';

/** How the pipeline calls the ledger: again and again while the fault is not the image's. */
async function patiently<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (toKuvaError(error).retry !== 'patient') throw error;
      await sleep(50);
    }
  }
}

describe('While the database goes down and comes back, under load', () => {
  let folder: string;
  let database: EmbeddedDatabase;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kuva-outage-'));
    database = await startEmbedded(path.join(folder, 'postgres'));
  });
  afterAll(async () => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const signal = async (name: NodeJS.Signals): Promise<void> => {
    const text = await readFile(path.join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
    process.kill(Number(text.split('\n')[0]), name);
  };

  it('nothing is lost, nothing is recorded twice, and the process lives', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', note);
    // Graphile Worker prints stack traces past its logger when it is stopped at the wrong moment.
    const traces = vi.spyOn(console, 'trace');
    const pool = openPool(database.connection);
    await migrate(pool);
    const ledger = openLedger(pool, 'cats');
    const count = 400;
    const names = Array.from({ length: count }, (_, n) => `${n}.jpg`);
    await ledger.enqueue(
      inputBucket,
      names.map((name) => seen(name)),
      await ledger.now(),
    );

    const troubles: (string | undefined)[] = [];
    const stop = new AbortController();
    const running = [1, 2].map((n) => {
      const own = openPool(database.connection);
      const theirs = openLedger(own, 'cats');
      return openQueue(own, 'cats')
        .run({
          worker: `worker-${n}`,
          version: '1',
          concurrency: 4,
          stop: stop.signal,
          onDatabaseTrouble: (failure) => troubles.push(failure?.code),
          async work({ id, image }) {
            const options = beginOptions(image.key, { worker: `worker-${n}`, maxAttempts: 1000 });
            const begin = await patiently(() => theirs.begin(id, options));
            if (begin.outcome !== 'begun') return;
            await sleep(15);
            const records = [recordOf(begin.attempt)];
            if ((await patiently(() => theirs.commit(begin.attempt, records, recipe))) === 'lost') return;
            await patiently(() => theirs.settle(begin.attempt, { state: 'done' }));
          },
        })
        .then(() => own.end());
    });
    const done = async (): Promise<number> => (await patiently(() => ledger.counts())).done;

    await until(async () => (await done()) > 20, 20_000);
    await signal('SIGKILL');
    await until(async () => (await done()) > 100, 30_000);
    await signal('SIGINT');
    await until(async () => (await done()) > 200, 30_000);
    await signal('SIGQUIT');
    // The last ones may wait for the time that everybody has to come back after a restart.
    await until(async () => (await done()) === count, 60_000);

    stop.abort();
    await Promise.all(running);
    process.off('unhandledRejection', note);
    const records = await all(ledger.records({}));
    expect(new Set(records.map((record) => record.image.key))).toEqual(new Set(names));
    expect(records).toHaveLength(count);
    expect(await ledger.counts()).toEqual({
      queued: 0,
      processing: 0,
      done: count,
      rejected: 0,
      failed: 0,
      superseded: 0,
      skipped: 0,
    });
    expect((await ledger.status()).workers).toEqual([]);
    expect(troubles).toContain('database-unreachable');
    expect(troubles.at(-1)).toBeUndefined();
    expect(unhandled).toEqual([]);
    expect(traces).not.toHaveBeenCalled();
    await pool.end();
  }, 180_000);
});
