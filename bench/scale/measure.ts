import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { checkRun } from '../check.ts';
import type { Closing } from '../closing.ts';
import { inParallel } from '../inParallel.ts';
import { readRows } from '../ledgerRows.ts';
import { type Child, endOf } from '../measure/child.ts';
import { readMoment, sharesBetween } from '../measure/shares.ts';
import { prepareKuva } from '../rivals/kuva.ts';
import { connectionOf } from '../servers/connection.ts';
import type { TestBed } from '../servers/testBed.ts';
import type { Load, ScaleRun } from './result.ts';

/** Milliseconds that workers have to start, and a run has for each image. */
const startLimit = 120_000;
const imageLimit = 2_000;

export interface Planned {
  readonly load: Load;
  readonly workers: number;
  readonly round: number;
}

export interface ScaleBed {
  readonly testBed: TestBed;
  /** For the workers' configurations and logs. */
  readonly folder: string;
  readonly cores: number;
  readonly closing: Closing;
}

/**
 * Fills the bucket, starts the workers while the bench itself holds the turn to discover, and gives that free once all
 * of them wait: so their starting is not measured. One of them discovers then.
 */
export async function measureRun(
  bed: ScaleBed,
  planned: Planned,
  files: readonly Uint8Array[],
): Promise<ScaleRun> {
  const { testBed } = bed;
  const keyOf = (at: number): string =>
    `${planned.load}-${planned.workers}-${planned.round}-${String(at).padStart(5, '0')}.${planned.load === 'tiny' ? 'png' : 'jpg'}`;
  const keys = files.map((_, at) => keyOf(at));
  const pool = openPool(connectionOf(testBed.databaseUrl('bench_kuva')), 3, 'bench');
  const children: Child[] = [];
  try {
    await migrate(pool);
    const release = await holdTheTurn(pool);
    await inParallel(8, files.entries(), ([at, file]) => testBed.input.put(keyOf(at), file));
    for (let at = 0; at < planned.workers; at++) children.push(await startWorker(bed, at));
    await until(startLimit, async () => (await aliveWorkers(pool)) >= planned.workers);
    const measured = await watch(bed, pool, keys, children, release);
    await stop(children);
    const check = checkRun(keys, {
      inputs: await testBed.input.list(),
      outputs: await testBed.output.hashes(),
      rows: await readRows(testBed.databaseUrl('bench_kuva'), keys),
    });
    return { ...planned, images: keys.length, ...measured, check };
  } finally {
    await stop(children);
    await pool.end();
    await testBed.input.empty();
    await testBed.output.empty();
  }
}

/** @returns gives it free, so that a worker takes it */
async function holdTheTurn(pool: LedgerPool): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const queue = openQueue(pool, 'images');
  let over: Promise<void> | undefined;
  await new Promise<void>((held, failed) => {
    over = queue.lead(async (signal) => {
      held();
      await new Promise((ended) => {
        signal.addEventListener('abort', ended, { once: true });
      });
    }, stop.signal);
    over.catch(failed);
  });
  return async () => {
    stop.abort();
    await over;
  };
}

async function startWorker({ testBed, folder, closing }: ScaleBed, at: number): Promise<Child> {
  const home = join(folder, `worker-${at}`);
  await mkdir(home, { recursive: true });
  const kuva = await prepareKuva(testBed, 'bench_kuva', home, closing);
  return kuva.start('worker');
}

const aliveSchema = z.tuple([z.object({ n: z.coerce.number() })]);

async function aliveWorkers(pool: LedgerPool): Promise<number> {
  const status = await openLedger(pool, 'images').status();
  return status.workers.filter(({ alive }) => alive).length;
}

async function watch(
  { testBed, cores, closing }: ScaleBed,
  pool: LedgerPool,
  keys: readonly string[],
  children: readonly Child[],
  release: () => Promise<void>,
): Promise<Pick<ScaleRun, 'seconds' | 'shares' | 'connections'>> {
  const roots = {
    workers: children.map(({ pid }) => pid),
    ceph: Object.values(testBed.ceph.roots).flat(),
    postgres: [testBed.postgres.pid],
  };
  const ledger = openLedger(pool, 'images');
  const all = (counts: Awaited<ReturnType<typeof ledger.counts>>): number =>
    Object.values(counts).reduce((sum, n) => sum + n, 0);
  const start = await ledger.counts();
  await release();
  await until(startLimit, async () => all(await ledger.counts()) > all(start), 10);
  const before = readMoment(roots);
  let connections = 0;
  await until(60_000 + imageLimit * keys.length, async () => {
    closing.signal.throwIfAborted();
    const { rows } = await pool.query(
      "select count(*) as n from pg_stat_activity where backend_type = 'client backend' and application_name like 'kuva %'",
    );
    connections = Math.max(connections, aliveSchema.parse(rows)[0].n);
    const counts = await ledger.counts();
    return counts.done - start.done >= keys.length;
  });
  const shares = sharesBetween(before, readMoment(roots), cores);
  return { seconds: await secondsOf(testBed.databaseUrl('bench_kuva'), keys), shares, connections };
}

const secondsSchema = z.tuple([z.object({ seconds: z.coerce.number().positive() })]);

/** From the first begin to the last settlement, by the database's clock. */
async function secondsOf(url: string, keys: readonly string[]): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      'select extract(epoch from max(settled_at) - min(started_at)) as seconds from kuva.images where key = any($1)',
      [keys],
    );
    return secondsSchema.parse(rows)[0].seconds;
  } finally {
    await client.end();
  }
}

async function stop(children: Child[]): Promise<void> {
  const ending = children.splice(0);
  for (const child of ending) child.signal('SIGTERM');
  await Promise.all(ending.map((child) => endOf(child, 60_000)));
}

/** @throws Error when it does not come true within so many milliseconds */
async function until(limit: number, isTrue: () => Promise<boolean>, interval = 100): Promise<void> {
  const end = performance.now() + limit;
  while (!(await isTrue())) {
    if (performance.now() > end)
      throw new Error(`waited ${limit / 1000} s in vain; the workers' logs tell more`);
    await sleep(interval);
  }
}
