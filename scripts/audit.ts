/**
 * Looks after the dependencies: pins, hashes, sources, scripts and licences from the lock file, which needs nobody; and
 * what the registry knows of holes in them. A registry that cannot be asked is told in so many words, and is no failure:
 * the check must be possible anywhere. `--ask` makes it one.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { faultsOf, lockSchema, packageSchema } from './lockFile.ts';

const reportSchema = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string(), fixAvailable: z.unknown() }),
  ),
});

/** What is known against the packages that users get; undefined: the registry does not tell. */
async function knownHoles(): Promise<string[] | undefined> {
  const answer = await promisify(execFile)('npm', ['audit', '--omit=dev', '--json'], {
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((thrown: unknown) => z.object({ stdout: z.string() }).safeParse(thrown).data ?? { stdout: '' });
  let told: unknown;
  try {
    told = JSON.parse(answer.stdout);
  } catch {
    return undefined;
  }
  const report = reportSchema.safeParse(told).data;
  if (report === undefined) return undefined;
  return Object.entries(report.vulnerabilities).map(
    ([name, { severity, range }]) => `${name} ${range}: ${severity}. \`npm audit --omit=dev\` tells more.`,
  );
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const faults = faultsOf(
  packageSchema.parse(read('package.json')),
  lockSchema.parse(read('package-lock.json')),
);
const holes = await knownHoles();
for (const line of [...faults, ...(holes ?? [])]) console.error(`audit: ${line}`);
if (holes === undefined) {
  console.error(
    'audit: NOT ASKED: the registry did not answer the question about known holes. Pins, hashes, sources, scripts and licences were checked.',
  );
}
const failed =
  faults.length > 0 || (holes ?? []).length > 0 || (holes === undefined && process.argv.includes('--ask'));
if (!failed)
  console.log(
    `audit: no fault in the lock file${holes === undefined ? '' : ', and no known hole in what users get'}`,
  );
process.exitCode = failed ? 1 : 0;
