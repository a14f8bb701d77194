import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Closing } from '../closing.ts';
import { type Child, startChild } from '../measure/child.ts';
import { costOf } from '../measure/cost.ts';
import { fromRoot } from '../projectRoot.ts';
import type { Cost } from '../result.ts';
import type { Database, TestBed } from '../servers/testBed.ts';

/** The built program with a kuva.yaml, as a user has it. */
export interface Kuva {
  /** `kuva run`: everything in the bucket. @param images how many there are, for the time limit */
  run(images: number): Promise<Cost>;
  /** A command that goes on until it is stopped. */
  start(command: 'worker' | 'start'): Child;
}

/** How long a user's `kuva run` may take to start, to find nothing and to end; far more than it needs. */
const startLimit = 60_000;

/** `kuva` on the test bed's buckets and a database, all settings but these left as they are by default. */
export async function prepareKuva(
  testBed: TestBed,
  database: Database,
  folder: string,
  closing: Closing,
): Promise<Kuva> {
  await mkdir(folder, { recursive: true });
  const url = new URL(testBed.databaseUrl(database));
  const password = decodeURIComponent(url.password);
  url.password = '';
  const config = join(folder, 'kuva.yaml');
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({
      input: `s3://${testBed.input.name}`,
      output: `s3://${testBed.output.name}`,
      s3: { endpoint: testBed.ceph.connection.endpoint.href },
      database: url.href,
    }),
  );
  const { accessKeyId, secretAccessKey } = testBed.ceph.connection;
  const env = {
    ...plainEnvironment(folder),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    PGPASSWORD: password,
  };
  const start = (command: string): Child =>
    startKuva(
      [command, '--config', config],
      { cwd: folder, env, log: join(folder, `${command}.log`) },
      closing,
    );
  return {
    start,
    run: (images) => costOf(() => start('run'), testBed.pids, startLimit + images * 5_000),
  };
}

/** `kuva start` on folders, with its embedded database, as a newcomer has it. */
export function startOnFolders(folder: string, closing: Closing): Child {
  return startKuva(
    ['start', '--data', join(folder, 'data')],
    { cwd: folder, env: plainEnvironment(folder), log: join(folder, 'start.log') },
    closing,
  );
}

function startKuva(
  args: readonly string[],
  options: Parameters<typeof startChild>[2],
  closing: Closing,
): Child {
  return startChild(process.execPath, [fromRoot('dist/cli/main.js'), ...args], options, closing);
}

/** Nothing of the tester's own configuration or credentials may reach the program. */
function plainEnvironment(home: string): Record<string, string> {
  return { PATH: '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8' };
}
