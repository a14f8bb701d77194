/** A real ledger with an alert watch on it, and what happens there. */
import { inject, onTestFinished } from 'vitest';
import type { AlertMessage } from '../../src/alerts/message.ts';
import { type AlertOptions, AlertWatch } from '../../src/alerts/watch.ts';
import type { KuvaError } from '../../src/image/failure.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import type { Monitor } from '../../src/ledger/contract/monitor.ts';
import { lockClasses } from '../../src/ledger/locks.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openMonitor } from '../../src/ledger/monitor.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { freshDatabase } from '../servers/postgres.ts';

export interface Yard {
  readonly ledger: Ledger;
  readonly monitor: Monitor;
  readonly pool: LedgerPool;
  /** Has a worker register as alive, as the queue does it. @returns what kills it */
  readonly register: (worker: string) => Promise<() => void>;
  /** Puts an image in, and sets it aside. */
  readonly reject: (...keys: string[]) => Promise<void>;
  readonly watch: (more?: Partial<AlertOptions>) => {
    watch: AlertWatch;
    sent: AlertMessage[];
    troubles: KuvaError[];
  };
}

export const minutes = (count: number): number => count * 60_000;

/** As the queue does it: a row, and a lock that goes with its connection. */
export async function registerOn(pool: LedgerPool, worker: string): Promise<() => void> {
  const client = await pool.connect();
  let dead = false;
  const kill = (): void => {
    if (!dead) client.release(true);
    dead = true;
  };
  onTestFinished(kill);
  await client.query(
    "select kuva.register_worker($1, (select id from kuva.pipelines where name = 'images'), 'h', 1, '1', '{}', 60000, $2)",
    [worker, lockClasses.worker],
  );
  return kill;
}

export async function openYard(): Promise<Yard> {
  const database = await freshDatabase(inject('postgres'));
  const [pool, living] = [openPool(database.connection), openPool(database.connection, 10)];
  onTestFinished(async () => {
    await Promise.all([pool.end(), living.end()]);
    await database.drop();
  });
  const ledger = openLedger(pool, 'images');
  await ledger.counts();
  const monitor = openMonitor(pool, 'images');
  let number = 0;
  return {
    ledger,
    monitor,
    pool,
    register: (worker) => registerOn(living, worker),
    reject: async (...keys) => {
      const objects = keys.map((key) => ({
        key: parseObjectKey(key),
        etag: `e${++number}`,
        size: 10,
        lastModified: new Date(),
      }));
      await ledger.enqueue('in', objects, await ledger.now());
      const rows = [];
      for await (const row of ledger.images({ states: ['queued'] })) rows.push(row);
      for (const { id } of rows) {
        const options = {
          worker: 'w',
          wanted: [],
          outputBucket: 'out',
          conflict: 'keep-both',
          maxAttempts: 1,
        } as const;
        const begun = await ledger.begin(id, options);
        if (begun.outcome !== 'begun') throw new Error(begun.outcome);
        const failure = { code: 'not-an-image', what: 'It is a text' } as const;
        await ledger.settle(begun.attempt, { state: 'rejected', failure });
      }
    },
    watch: (more = {}) => {
      const sent: AlertMessage[] = [];
      const troubles: KuvaError[] = [];
      const watch = new AlertWatch({
        ledger,
        monitor,
        hooks: [{ name: 'test', send: (message) => Promise.resolve(void sent.push(message)) }],
        pipeline: 'images',
        worker: 'w1',
        leads: false,
        thresholds: { interval: minutes(15), stalled: minutes(15), outage: minutes(5) },
        onTrouble: (failure) => troubles.push(failure),
        ...more,
      });
      return { watch, sent, troubles };
    },
  };
}

/** As if that much time had passed since all that is in the ledger. */
export const timePasses = (pool: LedgerPool, what: string): Promise<unknown> => pool.query(what);
