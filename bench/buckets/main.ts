/** `npm run bench:buckets`: the rate against how many files wait in the bucket, with a PostgreSQL of the bench's own. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openPool } from '../../src/ledger/pool.ts';
import type { Closing } from '../closing.ts';
import { fillFolder, tinyPicture } from '../large/fill.ts';
import { thisMachine } from '../machine.ts';
import { endOf, tail } from '../measure/child.ts';
import { peakBytesOf, treeOf } from '../measure/procStat.ts';
import { readMoment, sharesBetween } from '../measure/shares.ts';
import { runBench } from '../program.ts';
import { startWorkerOnFolders } from '../rivals/kuva.ts';
import { connectionOf } from '../servers/connection.ts';
import { type PostgresServer, startDatabases } from '../servers/postgres.ts';
import { type BucketsOptions, counts, parseBucketsOptions, usage } from './options.ts';
import { type BucketsResult, bucketsReport, type BucketsRun } from './report.ts';

/** Milliseconds that a worker has for its first image: of a full folder, it reads the names first. */
const startLimit = 120_000;

await runBench<BucketsOptions, BucketsResult>({
  usage,
  parse: parseBucketsOptions,
  measure,
  report: bucketsReport,
  section: 'buckets',
  sound: ({ runs }) => runs.every(({ images, outputs }) => outputs >= images),
});

async function measure(
  options: BucketsOptions,
  closing: Closing,
  say: (line: string) => void,
): Promise<BucketsResult> {
  const begun = new Date().toISOString();
  const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
  closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const wanted = counts.filter((waiting) => waiting <= options.most);
  const databaseOf = (waiting: number): string => `bucket_${waiting}`;
  const postgres = await startDatabases(folder, wanted.map(databaseOf), closing);
  const machine = thisMachine({ PostgreSQL: postgres.version });
  const runs: BucketsRun[] = [];
  for (const waiting of wanted) {
    closing.signal.throwIfAborted();
    say(`Filling a folder with ${waiting} files …`);
    const home = join(folder, databaseOf(waiting));
    await mkdir(join(home, 'output'), { recursive: true });
    await fillFolder(join(home, 'input'), waiting, await tinyPicture());
    const url = postgres.urlOf(databaseOf(waiting));
    const run = await watch(postgres, url, home, waiting, options.seconds, machine.cores, closing);
    runs.push(run);
    say(`${waiting} files: ${(run.images / run.shares.seconds).toFixed(0)}/s`);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  return { begun, machine, runs };
}

async function watch(
  postgres: PostgresServer,
  url: string,
  home: string,
  waiting: number,
  seconds: number,
  cores: number,
  closing: Closing,
): Promise<BucketsRun> {
  const pool = openPool(connectionOf(url), 3, 'bench');
  try {
    await migrate(pool);
    const ledger = openLedger(pool, 'images');
    const started = performance.now();
    const child = await startWorkerOnFolders(url, home, closing);
    const done = async (): Promise<number> => (await ledger.counts()).done;
    let begun = await done();
    while (begun === 0) {
      if (performance.now() - started > startLimit)
        throw new Error(
          `nothing was done in ${startLimit / 1000} s; kuva last said:\n${tail(child.output())}`,
        );
      await sleep(20);
      begun = await done();
    }
    const firstSeconds = (performance.now() - started) / 1000;
    const roots = { worker: [child.pid], postgres: [postgres.pid] };
    const before = readMoment(roots);
    let settled = begun;
    while (readMoment(roots).at - before.at < seconds && settled < waiting) {
      await sleep(50);
      settled = await done();
    }
    const shares = sharesBetween(before, readMoment(roots), cores);
    const peaks = treeOf(child.pid).map((pid) => peakBytesOf(pid) ?? 0);
    const known = Object.values(await ledger.counts()).reduce((sum, n) => sum + n, 0);
    child.signal('SIGTERM');
    await endOf(child, 60_000);
    const names = await readdir(join(home, 'output'), { recursive: true });
    const outputs = names.filter((name) => name.endsWith('.png')).length;
    const peakBytes = peaks.reduce((sum, each) => sum + each, 0);
    return { waiting, firstSeconds, images: settled - begun, shares, known, outputs, peakBytes };
  } finally {
    await pool.end();
  }
}
