import { parseObjectKey } from '../../src/image/key.ts';
import type { SeenObject } from '../../src/ledger/contract/attempt.ts';
import type { Ledger } from '../../src/ledger/contract/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { startAsked } from '../askChild.ts';
import type { Closing } from '../closing.ts';
import { readMoment, sharesBetween } from '../measure/shares.ts';
import { connectionOf } from '../servers/connection.ts';
import type { PostgresServer } from '../servers/postgres.ts';
import { backlogBuckets, fillLedger } from './fill.ts';
import { type BacklogOptions, spare } from './options.ts';
import { answerSchema, type Setting } from './question.ts';
import { type BacklogRun, type LedgerName, ledgers } from './result.ts';

/** Names of the two databases. */
export const databaseOf: Readonly<Record<LedgerName, string>> = {
  empty: 'backlog_empty',
  full: 'backlog_full',
};

/** One connection that may do anything, for as long as it takes: the filling is one transaction. */
export async function prepareLedgers(
  postgres: PostgresServer,
  { waiting, done }: BacklogOptions,
  say: (line: string) => void,
): Promise<void> {
  for (const ledger of ledgers) {
    const pool = openPool(connectionOf(postgres.urlOf(databaseOf[ledger])));
    pool.options.query_timeout = 3_600_000;
    try {
      await migrate(pool);
      const client = await pool.connect();
      try {
        if (ledger === 'full')
          say(`Filling a ledger with ${waiting} images that wait and ${done} that are done …`);
        const backlog = ledger === 'full' ? { queued: waiting, done } : { queued: 0, done: 0 };
        await fillLedger(client, { pipeline: 'images', ...backlog });
        // What autovacuum does within a minute.
        await client.query('vacuum analyze');
        await client.query('checkpoint');
      } finally {
        client.release();
      }
    } finally {
      await pool.end();
    }
  }
}

/** Both ledgers in turn, every other round the other one first, after a round that does not count. */
export async function measureBacklog(
  postgres: PostgresServer,
  { jobs, rounds, workers }: BacklogOptions,
  cores: number,
  closing: Closing,
  say: (line: string) => void,
): Promise<BacklogRun[]> {
  const databases = Object.fromEntries(ledgers.map((name) => [name, postgres.urlOf(databaseOf[name])]));
  const takers = await Promise.all(
    Array.from({ length: workers }, (_, at) => {
      const setting: Setting = { worker: `taker-${at}`, databases };
      return startAsked('backlog/taker.js', setting, closing);
    }),
  );
  const pool = openPool(connectionOf(postgres.urlOf(databaseOf.empty)), 3);
  const ledger = openLedger(pool, 'images');
  const runs: BacklogRun[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const name of round % 2 === 0 ? ledgers.toReversed() : ledgers) {
        closing.signal.throwIfAborted();
        if (name === 'empty') await topUp(ledger, round, jobs + spare(workers));
        const roots = { workers: takers.map(({ pid }) => pid), postgres: [postgres.pid] };
        const before = readMoment(roots);
        const share = Math.ceil(jobs / workers);
        const answers = await Promise.all(
          takers.map(async ({ ask }) => answerSchema.parse(await ask({ database: name, jobs: share }))),
        );
        const shares = sharesBetween(before, readMoment(roots), cores);
        const settled = answers.reduce((sum, each) => sum + each.jobs, 0);
        const begun = Math.min(...answers.map((each) => each.begun));
        const ended = Math.max(...answers.map((each) => each.ended));
        const run = { ledger: name, round, jobs: settled, seconds: (ended - begun) / 1000, shares };
        if (round > 0) runs.push(run);
        say(`round ${round}, ${name}: ${(run.jobs / run.seconds).toFixed(0)} images/s`);
      }
    }
    for (const { ask } of takers) await ask('end');
  } finally {
    await pool.end();
  }
  return runs;
}

/** Puts in what a run takes: through the ledger, in pages, as a look over a bucket does. */
async function topUp(ledger: Ledger, round: number, wanted: number): Promise<void> {
  const { queued } = await ledger.counts();
  for (let at = queued; at < wanted; at += 1_000) {
    const page: SeenObject[] = Array.from({ length: Math.min(1_000, wanted - at) }, (_, n) => ({
      key: parseObjectKey(`waiting/${(at + n) % 1_000}/${round}-${at + n}.jpg`),
      etag: `${round}-${at + n}`,
      size: 100_000,
      lastModified: new Date(),
    }));
    await ledger.enqueue(backlogBuckets.input, page, await ledger.now());
  }
}
