import { checkRun, isComplete } from './check.ts';
import type { Options } from './options.ts';
import { readRows } from './ledgerRows.ts';
import { orderOfRuns, type PlannedRun } from './order.ts';
import { inParallel } from './inParallel.ts';
import type { PictureSet } from './pictures.ts';
import { checkText, nameOf } from './report/rates.ts';
import { significant } from './report/numbers.ts';
import {
  type Check,
  type Contender,
  contenders,
  type Cost,
  type FailedRun,
  type Run,
  type SetName,
} from './result.ts';
import type { Kuva } from './rivals/kuva.ts';
import { runSharp } from './rivals/sharp.ts';
import type { TutorialScript } from './rivals/tutorial.ts';
import type { TestBed } from './servers/testBed.ts';

export interface RateParts {
  readonly testBed: TestBed;
  readonly kuva: Kuva;
  readonly tutorial: TutorialScript;
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
  for (const planned of orderOfRuns([...parts.sets.keys()], contenders, parts.options.rounds)) {
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
  if (pictures === undefined) throw new Error(`there is no set ${planned.set}`);
  const images = countOf(parts.options, planned.set, planned.contender);
  const files = pictures.take(images);
  const { quality } = pictures.facts;
  switch (planned.contender) {
    case 'sharp-one':
      return { ...planned, images, ...(await runSharp(files, quality, 1)) };
    case 'sharp-many':
      return { ...planned, images, ...(await runSharp(files, quality, parts.cores)) };
    case 'kuva':
      return {
        ...planned,
        images,
        ...(await onBuckets(parts, planned, files, () => parts.kuva.run(images))),
      };
    case 'tutorial':
      return {
        ...planned,
        images,
        ...(await onBuckets(parts, planned, files, () => parts.tutorial.run(images, 1))),
      };
    case 'tutorial-no-sleep':
      return {
        ...planned,
        images,
        ...(await onBuckets(parts, planned, files, () => parts.tutorial.run(images, undefined))),
      };
  }
}

/** Fills the input bucket, has it worked through, looks at what came of it, and empties both buckets, whatever happens. */
async function onBuckets(
  { testBed }: RateParts,
  { set, round, contender }: PlannedRun,
  files: readonly Uint8Array[],
  work: () => Promise<Cost>,
): Promise<Cost & { check: Check }> {
  // Names of their own in each run: the log keeps the rows of all of them.
  const keyOf = (at: number): string => `${contender}-${set}${round}-${String(at).padStart(5, '0')}.jpg`;
  const keys = files.map((_, at) => keyOf(at));
  try {
    await inParallel(8, files.entries(), ([at, file]) => testBed.input.put(keyOf(at), file));
    const cost = await work();
    const database = testBed.databaseUrl(contender === 'kuva' ? 'bench_kuva' : 'bench_tutorial');
    const check = checkRun(keys, {
      inputs: await testBed.input.list(),
      outputs: await testBed.output.hashes(),
      rows: await readRows(database, keys),
    });
    return { ...cost, check };
  } finally {
    await testBed.input.empty();
    await testBed.output.empty();
  }
}

function countOf(options: Options, set: SetName, contender: Contender): number {
  const small = set === 'A';
  switch (contender) {
    case 'tutorial':
      return options[small ? 'tutorial-a' : 'tutorial-b'];
    case 'tutorial-no-sleep':
      return options[small ? 'tutorial-a-no-sleep' : 'tutorial-b-no-sleep'];
    default:
      return options[small ? 'count-a' : 'count-b'];
  }
}
