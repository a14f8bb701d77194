/** `npm run bench:scale`: 1 to 4 workers on one machine, against a Ceph RGW and a PostgreSQL of the bench's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { checkText } from '../report/rates.ts';
import { isComplete } from '../check.ts';
import type { Closing } from '../closing.ts';
import { tinyPicture } from '../large/fill.ts';
import { thisMachine } from '../machine.ts';
import { makeSet } from '../pictures.ts';
import { runBench } from '../program.ts';
import { findPrograms } from '../programs.ts';
import { startTestBed } from '../servers/testBed.ts';
import { measureRun, type Planned, type ScaleBed } from './measure.ts';
import { parseScaleOptions, type ScaleOptions, usage } from './options.ts';
import { scaleReport } from './report.ts';
import { loads, type ScaleResult, type ScaleRun, workerCounts } from './result.ts';

/** As the bench's PostgreSQL is started, and as PostgreSQL comes. */
const maxConnections = 100;

await runBench<ScaleOptions, ScaleResult>({
  usage,
  parse: parseScaleOptions,
  measure,
  report: scaleReport,
  section: 'scale',
  sound: ({ runs }) => runs.every(({ check }) => isComplete(check)),
});

async function measure(
  options: ScaleOptions,
  closing: Closing,
  say: (line: string) => void,
): Promise<ScaleResult> {
  const begun = new Date().toISOString();
  const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
  closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { convert } = await findPrograms();
  const photos = (await makeSet('A', convert, say)).take(options.images);
  const picture = await tinyPicture();
  const files = { photos, tiny: Array.from({ length: options.tiny }, () => picture) };
  const testBed = await startTestBed(folder, options.store, closing);
  const machine = thisMachine({
    sharp: sharp.versions.sharp,
    PostgreSQL: testBed.postgres.version,
    'Ceph RGW': `of this machine (${options.store})`,
  });
  const bed: ScaleBed = { testBed, folder, cores: machine.cores, closing };
  const runs: ScaleRun[] = [];
  // A first run, which does not count: the schema, the caches.
  await measureRun(bed, { load: 'tiny', workers: 1, round: 0 }, files.tiny.slice(0, 50));
  for (const planned of order(options.rounds)) {
    closing.signal.throwIfAborted();
    const run = await measureRun(bed, planned, files[planned.load]);
    runs.push(run);
    const outcome = isComplete(run.check) ? '' : `; ${checkText(run.check)}`;
    say(
      `round ${run.round}, ${run.load}, ${run.workers} workers: ${(run.images / run.seconds).toFixed(1)}/s${outcome}`,
    );
  }
  const queueRate = options['queue-rate'];
  return { begun, machine, maxConnections, ...(queueRate !== undefined && { queueRate }), runs };
}

/** Every round has everything, every other one backwards. */
function order(rounds: number): Planned[] {
  const planned: Planned[] = [];
  for (let round = 1; round <= rounds; round++) {
    const each = loads.flatMap((load) => workerCounts.map((workers) => ({ load, workers, round })));
    planned.push(...(round % 2 === 1 ? each : each.toReversed()));
  }
  return planned;
}
