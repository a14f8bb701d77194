import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Closing } from '../closing.ts';
import { type Child, endOf, startChild, tail } from '../measure/child.ts';
import { costOf } from '../measure/cost.ts';
import { fromRoot } from '../projectRoot.ts';
import type { Cost } from '../result.ts';
import type { Database, TestBed } from '../servers/testBed.ts';

/** The built program with a kuva.yaml, as a user has it. */
export interface Kuva {
  /**
   * `kuva run`: everything in the bucket.
   * @param images how many there are, for the time limit
   * @param watched what else is written down of it, which makes it slower
   */
  run(images: number, watched?: Watched): Promise<Cost>;
  /** A command that goes on until it is stopped. */
  start(command: 'worker' | 'start'): Child;
  /** One that ends by itself, as `events on`. @throws Error when it fails */
  command(...words: readonly string[]): Promise<void>;
}

export interface Watched {
  /** A folder for CPU profiles of all its processes. */
  readonly profiles?: string;
  /** A file for the delays of the main process' event loop. */
  readonly loop?: string;
}

/** How long a user's `kuva run` may take to start, to find nothing and to end; far more than it needs. */
const startLimit = 60_000;

/** `kuva` on the test bed's buckets and a database, all settings but these left as they are by default. */
export async function prepareKuva(
  testBed: TestBed,
  database: Database,
  folder: string,
  closing: Closing,
  extra: { readonly settings?: object; readonly env?: Readonly<Record<string, string>> } = {},
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
      ...extra.settings,
    }),
  );
  const { accessKeyId, secretAccessKey } = testBed.ceph.connection;
  const env = {
    ...plainEnvironment(folder),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    PGPASSWORD: password,
    ...extra.env,
  };
  const start = (words: readonly string[], nodeOptions: readonly string[] = []): Child =>
    startKuva(
      [...words, '--config', config],
      { cwd: folder, env, log: join(folder, `${words.join('-')}.log`) },
      closing,
      nodeOptions,
    );
  return {
    start: (command) => start([command]),
    async command(...words) {
      const child = start(words);
      const outcome = await endOf(child, startLimit);
      if (outcome !== 0)
        throw new Error(`kuva ${words.join(' ')} ended with ${outcome}:\n${tail(child.output())}`);
    },
    run: (images, watched = {}) =>
      costOf(
        () => start(['run'], [...profiling(watched.profiles), ...watching(watched.loop)]),
        testBed.roots,
        startLimit + images * 5_000,
        (commandLine) => (commandLine.includes('isolated/child') ? 'decoders' : 'main'),
      ),
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

/** `kuva worker` on the folders `input` and `output` in its home, with a database of the bench's own server. */
export async function startWorkerOnFolders(
  databaseUrl: string,
  home: string,
  closing: Closing,
): Promise<Child> {
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const config = join(home, 'kuva.yaml');
  await writeFile(
    config,
    JSON.stringify({ input: 'file:./input', output: 'file:./output', database: url.href }),
  );
  const env = { ...plainEnvironment(home), PGPASSWORD: password };
  return startKuva(
    ['worker', '--config', config],
    { cwd: home, env, log: join(home, 'worker.log') },
    closing,
  );
}

function startKuva(
  args: readonly string[],
  options: Parameters<typeof startChild>[2],
  closing: Closing,
  nodeOptions: readonly string[] = [],
): Child {
  const all = [...nodeOptions, fromRoot('dist/cli/main.js'), ...args];
  return startChild(process.execPath, all, options, closing);
}

/** For Node: its own profiler in the main process, and one in each decoder. */
function profiling(folder: string | undefined): string[] {
  if (folder === undefined) return [];
  const preload = pathToFileURL(fromRoot('dist-bench/bench/profile/withDecoders.js'));
  preload.searchParams.set('folder', folder);
  return ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', folder, '--import', preload.href];
}

function watching(file: string | undefined): string[] {
  if (file === undefined) return [];
  const preload = pathToFileURL(fromRoot('dist-bench/bench/loop/watch.js'));
  preload.searchParams.set('file', file);
  return ['--import', preload.href];
}

/** Nothing of the tester's own configuration or credentials may reach the program. */
function plainEnvironment(home: string): Record<string, string> {
  return { PATH: '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8' };
}
