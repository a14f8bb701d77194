/** `npm run bench:profile`: what the time of `kuva run` goes into, by function and by part, on both sets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Closing } from '../closing.ts';
import { count, parseCommandLine } from '../commandLine.ts';
import { describeMachine } from '../machine.ts';
import { makeSet } from '../pictures.ts';
import { runBench } from '../program.ts';
import { findPrograms } from '../programs.ts';
import { setNames } from '../result.ts';
import { prepareKuva } from '../rivals/kuva.ts';
import { startTestBed } from '../servers/testBed.ts';
import { type ProfiledRun, profileRun } from './measure.ts';
import { profileReport, type ProfileResult } from './report.ts';

const optionsSchema = z.strictObject({
  'count-a': count(600, 20_000),
  'count-b': count(90, 2_000),
  store: z.enum(['bluestore', 'memstore']).default('bluestore'),
  json: z.string().min(1).optional(),
  write: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

const usage = `npm run bench:profile -- [options]

  --quick                    few pictures, to see whether it works
  --count-a N, --count-b N   pictures of the profiled runs (600 of 130 kB, 90 of 12 Mpx)
  --store bluestore|memstore where Ceph keeps its objects: on disk (bluestore) or in memory
  --json FILE                write everything that was measured as JSON too
  --write                    put what is printed into docs/performance.md`;

await runBench<Options, ProfileResult>({
  usage,
  parse: (argv) => parseCommandLine(optionsSchema, argv, { 'count-a': '60', 'count-b': '8' }),
  measure,
  report: profileReport,
  section: 'profile',
  // A run that lost anything has thrown.
  sound: ({ runs }) => runs.length === setNames.length,
});

async function measure(
  options: Options,
  closing: Closing,
  say: (line: string) => void,
): Promise<ProfileResult> {
  const begun = new Date().toISOString();
  const programs = await findPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
  closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  say('Starting Ceph and PostgreSQL …');
  const testBed = await startTestBed(folder, options.store, closing);
  const machine = describeMachine(programs, { postgres: testBed.postgres.version, ceph: options.store });
  const kuva = await prepareKuva(testBed, 'bench_kuva', join(folder, 'kuva'), closing);
  await kuva.run(0);
  const runs: ProfiledRun[] = [];
  for (const name of setNames) {
    const pictures = await makeSet(name, programs.convert, say);
    const images = options[name === 'A' ? 'count-a' : 'count-b'];
    say(`Profiling set ${name}, ${images} images …`);
    runs.push(await profileRun(testBed, kuva, pictures, images, join(folder, 'profiles')));
  }
  return { begun, machine, runs };
}
