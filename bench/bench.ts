import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isComplete } from './check.ts';
import type { Closing } from './closing.ts';
import { latencyOnFolders, latencyOnS3 } from './latency/latencies.ts';
import { describeMachine } from './machine.ts';
import type { Options } from './options.ts';
import { makeSet, type PictureSet } from './pictures.ts';
import { findPrograms } from './programs.ts';
import { measureRates } from './rates.ts';
import { type BenchResult, type Latency, setNames, type SetName } from './result.ts';
import { type Kuva, prepareKuva } from './rivals/kuva.ts';
import { prepareTutorial } from './rivals/tutorial.ts';
import { startTestBed } from './servers/testBed.ts';

/** Runs of `kuva run` on an empty bucket; the first one, which makes the schema, is not counted. */
const emptyRuns = 3;

/** The result, and whether ours did all that it was given. */
export type Outcome = BenchResult & { readonly sound: boolean };

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

  say('Making the pictures …');
  const sets = new Map<SetName, PictureSet>();
  for (const name of setNames) sets.set(name, await makeSet(name));
  say('Starting Ceph and PostgreSQL …');
  const testBed = await startTestBed(folder, options.store, closing);
  const machine = describeMachine(programs, { postgres: testBed.postgres.version, ceph: options.store });

  let rates: Pick<BenchResult, 'runs' | 'failed' | 'emptyRunSeconds'> = {
    runs: [],
    failed: [],
    emptyRunSeconds: [],
  };
  if (options.only !== 'latency') {
    const kuva = await prepareKuva(testBed, 'bench_kuva', await subfolder(folder, 'kuva'), closing);
    const tutorial = await prepareTutorial(testBed, programs, await subfolder(folder, 'tutorial'), closing);
    const emptyRunSeconds = await measureEmptyRuns(kuva);
    const measured = await measureRates({
      testBed,
      kuva,
      tutorial,
      sets,
      options,
      cores: availableParallelism(),
      signal: closing.signal,
      say,
    });
    rates = { ...measured, emptyRunSeconds };
  }
  const latencies: Latency[] = [];
  const small = sets.get('A');
  if (options.only !== 'rates' && small !== undefined) {
    say('Measuring the time from upload to result …');
    const { uploads } = options;
    latencies.push(
      await latencyOnS3(testBed, small, uploads, await subfolder(folder, 'latency-s3'), closing),
    );
    latencies.push(
      await latencyOnFolders(small, uploads, await subfolder(folder, 'latency-folder'), closing),
    );
  }
  return {
    begun,
    machine,
    sets: [...sets.values()].map(({ facts }) => facts),
    ...rates,
    latencies,
    sound: isSound(rates),
  };
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

async function subfolder(folder: string, name: string): Promise<string> {
  const made = join(folder, name);
  await mkdir(made, { recursive: true });
  return made;
}
