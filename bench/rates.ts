import { createHash } from 'node:crypto';
import { checkMoved, checkRun, isComplete, madeName } from './check.ts';
import type { Field, Given, Runner } from './contenders.ts';
import { inParallel } from './inParallel.ts';
import { readPhases, readRows } from './ledgerRows.ts';
import type { Options } from './options.ts';
import { orderOfRuns, type PlannedRun } from './order.ts';
import { checkPictures } from './pixels.ts';
import type { PictureSet } from './pictures.ts';
import { nameOf } from './report/names.ts';
import { significant } from './report/numbers.ts';
import { checkText } from './report/rates.ts';
import { type Check, contenders, type FailedRun, type Run, type SetName } from './result.ts';
import type { Database, TestBed } from './servers/testBed.ts';

export interface RateParts {
  readonly testBed: TestBed;
  readonly field: Field;
  readonly sets: ReadonlyMap<SetName, PictureSet>;
  readonly options: Options;
  readonly cores: number;
  /** Aborted: the bench is being ended. */
  readonly signal: AbortSignal;
  /** Told as it goes on. */
  readonly say: (line: string) => void;
}

/** Every contender, every set, every round. A run that fails is kept as failed; the others go on. */
export async function measureRates(parts: RateParts): Promise<{ runs: Run[]; failed: FailedRun[] }> {
  const runs: Run[] = [];
  const failed: FailedRun[] = [];
  const wanted = parts.options.contenders ?? contenders;
  const present = contenders.filter((each) => wanted.includes(each) && parts.field.runners.has(each));
  for (const planned of orderOfRuns([...parts.sets.keys()], present, parts.options.rounds)) {
    const label = `round ${planned.round}, set ${planned.set}, ${nameOf(planned.contender, parts.cores)}`;
    try {
      const run = await measure(parts, planned);
      runs.push(run);
      const outcome = run.check === undefined || isComplete(run.check) ? '' : `; ${checkText(run.check)}`;
      parts.say(
        `${label}: ${run.images} in ${significant(run.seconds)} s, ${significant(run.images / run.seconds)}/s${outcome}`,
      );
    } catch (thrown) {
      parts.signal.throwIfAborted();
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      failed.push({ ...planned, reason });
      parts.say(`${label}: failed: ${reason}`);
    }
  }
  return { runs, failed };
}

async function measure(parts: RateParts, planned: PlannedRun): Promise<Run> {
  const pictures = parts.sets.get(planned.set);
  const runner = parts.field.runners.get(planned.contender);
  if (pictures === undefined || runner === undefined) throw new Error('it does not take part');
  const images = runner.images(planned.set);
  const files = pictures.take(images);
  // Names of their own in each run: the log keeps the rows of all of them.
  const { contender, set, round } = planned;
  const keys = files.map((_, at) => `${contender}-${set}${round}-${String(at).padStart(5, '0')}.jpg`);
  const given: Given = { files, keys, quality: pictures.facts.quality };
  if (runner.leaves.what === 'nothing') return { ...planned, images, ...(await runner.run(given)) };
  try {
    await inParallel(8, files.entries(), ([at, file]) => parts.testBed.input.put(keys[at] ?? '', file));
    const cost = await runner.run(given);
    const check = await checkBuckets(parts.testBed, runner, given);
    const database = parts.testBed.databaseUrl('bench_kuva');
    const phases = contender === 'kuva' ? await readPhases(database, keys) : undefined;
    return { ...planned, images, ...cost, check, ...(phases !== undefined && { phases }) };
  } finally {
    await parts.testBed.input.empty();
    await parts.testBed.output.empty();
  }
}

/** Looks at what came of a run, apart from what the contender says of itself. */
async function checkBuckets(testBed: TestBed, { leaves }: Runner, given: Given): Promise<Check> {
  const { keys, files } = given;
  const { input, output } = testBed;
  const found = { inputs: await input.list(), outputs: await output.hashes() };
  const rowsOf = (database: Database) => readRows(testBed.databaseUrl(database), keys);
  switch (leaves.what) {
    case 'pictures': {
      const [key] = keys;
      const [file] = files;
      // One of them is looked at by its pixels: rows and hashes are true of a black picture too.
      if (key !== undefined && file !== undefined && found.outputs.has(madeName(key)))
        await checkPictures(file, await output.get(madeName(key)));
      return checkRun(keys, { ...found, rows: await rowsOf(leaves.database) });
    }
    case 'moved': {
      const hashes = new Map(keys.map((key, at) => [key, sha256(files[at] ?? Buffer.alloc(0))]));
      const nameOfMoved = leaves.renamed ? madeName : (key: string): string => key;
      const rows = leaves.database === undefined ? {} : { rows: await rowsOf(leaves.database) };
      return checkMoved(hashes, nameOfMoved, { ...found, ...rows });
    }
    case 'nothing':
      throw new Error('there is nothing to check');
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
