import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isComplete } from './check.ts';
import type { Closing } from './closing.ts';
import { prepareField } from './contenders.ts';
import { latencyOnFolders, latencyOnS3, latencyWithNotifications } from './latency/latencies.ts';
import { type LoopDelay, measureLoop } from './loop/measure.ts';
import { describeMachine } from './machine.ts';
import type { Options } from './options.ts';
import { makeSet, type PictureSet } from './pictures.ts';
import { sharesOf } from './profile/aggregate.ts';
import { profileRun } from './profile/measure.ts';
import { findPrograms, type Programs } from './programs.ts';
import { measureRates } from './rates.ts';
import { type BenchResult, type Latency, type SetName, setNames } from './result.ts';
import { type Kuva, prepareKuva } from './rivals/kuva.ts';
import { startTestBed, type TestBed } from './servers/testBed.ts';
import { measureStarts } from './starts.ts';

/** Runs of `kuva run` on an empty bucket; the first one, which makes the schema, is not counted. */
const emptyRuns = 3;

/** The result, and whether ours did all that it was given. */
export type Outcome = BenchResult & { readonly sound: boolean };

type Rates = Pick<BenchResult, 'runs' | 'failed' | 'emptyRunSeconds' | 'absent' | 'mainShares'>;

/** Everything that a part of the bench works with. */
interface Bed {
  readonly testBed: TestBed;
  readonly programs: Programs;
  readonly sets: ReadonlyMap<SetName, PictureSet>;
  readonly options: Options;
  readonly cores: number;
  readonly closing: Closing;
  readonly folderOf: (name: string) => Promise<string>;
  readonly say: (line: string) => void;
}

/**
 * Brings up the servers, measures everything, one thing at a time, and returns what it found.
 * @throws Error when a server or a program is missing; a single run that fails is part of the result
 */
export async function bench(
  options: Options,
  closing: Closing,
  say: (line: string) => void,
): Promise<Outcome> {
  const begun = new Date().toISOString();
  const programs = await findPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
  closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const folderOf = async (name: string): Promise<string> => {
    const made = join(folder, name);
    await mkdir(made, { recursive: true });
    return made;
  };

  say('Making the pictures …');
  const sets = new Map<SetName, PictureSet>();
  for (const name of options.sets ?? setNames) sets.set(name, await makeSet(name, programs.convert, say));
  say('Starting Ceph and PostgreSQL …');
  const testBed = await startTestBed(folder, options.store, closing);
  const machine = describeMachine(programs, { postgres: testBed.postgres.version, ceph: options.store });
  const bed: Bed = { testBed, programs, sets, options, cores: machine.cores, closing, folderOf, say };

  const rates = wanted(options, 'rates') ? await benchRates(bed) : noRates;
  const latencies = wanted(options, 'latency') ? await benchLatencies(bed) : [];
  const starts = wanted(options, 'starts')
    ? await measureStarts(options.starts, await folderOf('starts'), closing)
    : [];
  const loops = wanted(options, 'loop') ? await benchLoops(bed) : [];
  const facts = [...sets.values()].map((set) => set.facts);
  return { begun, machine, sets: facts, ...rates, latencies, loops, starts, sound: isSound(rates) };
}

const noRates: Rates = { runs: [], failed: [], emptyRunSeconds: [], absent: {} };

function wanted({ only }: Options, part: 'rates' | 'latency' | 'starts' | 'loop'): boolean {
  return only === undefined || only === part;
}

async function benchRates(bed: Bed): Promise<Rates> {
  const { testBed, programs, sets, options, cores, closing, folderOf, say } = bed;
  const kuva = await prepareKuva(testBed, 'bench_kuva', await folderOf('kuva'), closing);
  const field = await prepareField(
    testBed,
    programs,
    kuva,
    options,
    cores,
    await folderOf('rivals'),
    closing,
  );
  for (const [contender, why] of Object.entries(field.absent)) say(`${contender} takes no part: ${why}`);
  const emptyRunSeconds = await measureEmptyRuns(kuva);
  const { signal } = closing;
  const measured = await measureRates({ testBed, field, sets, options, cores, signal, say });
  const mainShares: Partial<Record<SetName, Record<string, number>>> = {};
  for (const [name, pictures] of options.contenders?.includes('kuva') === false ? [] : sets) {
    say(`Profiling kuva run on set ${name} …`);
    const images = Math.ceil(options[name === 'A' ? 'count-a' : 'count-b'] / 2);
    const profiled = await profileRun(testBed, kuva, pictures, images, await folderOf('profiles'));
    mainShares[name] = sharesOf(profiled.main);
  }
  return { ...measured, emptyRunSeconds, absent: field.absent, mainShares };
}

async function benchLatencies({ testBed, sets, options, closing, folderOf, say }: Bed): Promise<Latency[]> {
  const [small] = sets.values();
  if (small === undefined) return [];
  const { uploads } = options;
  say('Measuring the time from upload to result: on S3 …');
  const looking = await latencyOnS3(testBed, small, uploads, await folderOf('latency-s3'), closing);
  say('… with notifications …');
  const told = await latencyWithNotifications(
    testBed,
    small,
    uploads,
    await folderOf('latency-told'),
    closing,
  );
  say('… on folders …');
  const folders = await latencyOnFolders(small, uploads, await folderOf('latency-folder'), closing);
  return [looking, told, folders];
}

async function benchLoops({ testBed, sets, options, closing, folderOf, say }: Bed): Promise<LoopDelay[]> {
  const folder = await folderOf('loop');
  const kuva = await prepareKuva(testBed, 'bench_kuva', folder, closing);
  const loops: LoopDelay[] = [];
  for (const [name, pictures] of sets) {
    say(`Watching the event loop on set ${name} …`);
    const images = Math.ceil(options[name === 'A' ? 'count-a' : 'count-b'] / 2);
    loops.push(await measureLoop(testBed, kuva, pictures, images, folder));
  }
  return loops;
}

/** Did each of our own runs end, and lose nothing? What the rival loses is its own affair. */
function isSound({ runs, failed }: Pick<BenchResult, 'runs' | 'failed'>): boolean {
  return (
    !failed.some(({ contender }) => contender === 'kuva') &&
    runs.every(({ contender, check }) => contender !== 'kuva' || (check !== undefined && isComplete(check)))
  );
}

async function measureEmptyRuns(kuva: Kuva): Promise<number[]> {
  await kuva.run(0);
  const seconds: number[] = [];
  for (let at = 0; at < emptyRuns; at++) seconds.push((await kuva.run(0)).seconds);
  return seconds;
}
