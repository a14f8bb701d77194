/** `npm run bench:objects`: the rate against the size of the objects, 1 kB to 100 MB, on a Ceph RGW of the bench's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRun, isComplete } from '../check.ts';
import type { Closing } from '../closing.ts';
import { inParallel } from '../inParallel.ts';
import { readRows } from '../ledgerRows.ts';
import { thisMachine } from '../machine.ts';
import { runBench } from '../program.ts';
import { type Kuva, prepareKuva } from '../rivals/kuva.ts';
import { startTestBed, type TestBed } from '../servers/testBed.ts';
import { median } from '../statistics.ts';
import { type ObjectsOptions, objectsOf, parseObjectsOptions, sizes, usage } from './options.ts';
import { makeOfSize } from './picture.ts';
import { type ObjectsResult, objectsReport, type ObjectsRun } from './report.ts';

/** Uploads under way at the same time; large ones are held in memory by the bench too. */
const atOnce = 4;

await runBench<ObjectsOptions, ObjectsResult>({
  usage,
  parse: parseObjectsOptions,
  measure,
  report: objectsReport,
  section: 'objects',
  sound: ({ runs }) => runs.every(({ check }) => isComplete(check)),
});

async function measure(
  options: ObjectsOptions,
  closing: Closing,
  say: (line: string) => void,
): Promise<ObjectsResult> {
  const begun = new Date().toISOString();
  const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
  closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const wanted = sizes.filter(({ bytes }) => bytes <= options.largest);
  say('Making the pictures …');
  const pictures = new Map<string, Buffer>();
  for (const { title, bytes } of wanted) pictures.set(title, await makeOfSize(bytes));
  say('Starting Ceph and PostgreSQL …');
  const testBed = await startTestBed(folder, options.store, closing);
  const machine = thisMachine({
    PostgreSQL: testBed.postgres.version,
    'Ceph RGW': `of this machine (${options.store})`,
  });
  const kuva = await prepareKuva(testBed, 'bench_kuva', join(folder, 'kuva'), closing);
  // The first one makes the schema.
  const empty: number[] = [];
  for (let at = 0; at < 4; at++) empty.push((await kuva.run(0)).seconds);
  const runs: ObjectsRun[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const { title, bytes } of round % 2 === 1 ? wanted : wanted.toReversed()) {
      closing.signal.throwIfAborted();
      const picture = pictures.get(title) ?? Buffer.alloc(0);
      const keys = Array.from(
        { length: objectsOf(bytes, options) },
        (_, at) => `${bytes}-${round}-${at}.jpg`,
      );
      const run = await measureRun(testBed, kuva, picture, keys);
      runs.push({ size: title, bytes: picture.length, round, ...run });
      say(`round ${round}, ${title}: ${run.images} in ${run.seconds.toFixed(1)} s`);
    }
  }
  return { begun, machine, emptySeconds: median(empty.slice(1)), runs };
}

async function measureRun(
  testBed: TestBed,
  kuva: Kuva,
  picture: Buffer,
  keys: readonly string[],
): Promise<Omit<ObjectsRun, 'size' | 'bytes' | 'round'>> {
  try {
    await inParallel(atOnce, keys, (key) => testBed.input.put(key, picture));
    const cost = await kuva.run(keys.length);
    const check = checkRun(keys, {
      inputs: await testBed.input.list(),
      outputs: await testBed.output.hashes(),
      rows: await readRows(testBed.databaseUrl('bench_kuva'), keys),
    });
    return { ...cost, images: keys.length, check };
  } finally {
    await testBed.input.empty();
    await testBed.output.empty();
  }
}
