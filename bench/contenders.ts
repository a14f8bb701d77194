/** Everyone who takes part: how each is set going, and what must be found in buckets and ledger afterwards. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Closing } from './closing.ts';
import type { Options } from './options.ts';
import type { Programs } from './programs.ts';
import type { Contender, Cost, SetName } from './result.ts';
import { runEntropy } from './rivals/entropy.ts';
import type { Kuva } from './rivals/kuva.ts';
import { runLean } from './rivals/lean.ts';
import { createTable, preparePython, type Sharing } from './rivals/python.ts';
import { runRclone } from './rivals/rclone.ts';
import { runSharp } from './rivals/sharp.ts';
import { prepareTutorial } from './rivals/tutorial.ts';
import type { Database, TestBed } from './servers/testBed.ts';

/** What one run is given. */
export interface Given {
  readonly files: readonly Uint8Array[];
  /** Names in the input bucket, one a file; without buckets they mean nothing. */
  readonly keys: readonly string[];
  readonly quality: number;
}

/**
 * What a contender leaves behind when it did its work: `pictures` with a row each in that database; the same bytes,
 * `moved`, under the name that it gives them; or nothing, because it works in memory.
 */
export type Leaves =
  | { readonly what: 'pictures'; readonly database: Database }
  | { readonly what: 'moved'; readonly renamed: boolean; readonly database?: Database }
  | { readonly what: 'nothing' };

export interface Runner {
  readonly leaves: Leaves;
  images(set: SetName): number;
  run(given: Given): Promise<Cost>;
}

export interface Field {
  readonly runners: ReadonlyMap<Contender, Runner>;
  readonly absent: Readonly<Partial<Record<Contender, string>>>;
}

/** Found by trying on two cores, 1 to 2 processes with 2 to 16 threads each: see docs/performance.md. */
const pythonSharing: Sharing = { processes: 1, threads: 8 };

export async function prepareField(
  testBed: TestBed,
  programs: Programs,
  kuva: Kuva,
  options: Options,
  cores: number,
  folder: string,
  closing: Closing,
): Promise<Field> {
  const home = async (name: string): Promise<string> => {
    const made = join(folder, name);
    await mkdir(made, { recursive: true });
    return made;
  };
  const most = (set: SetName): number => options[set === 'A' ? 'count-a' : 'count-b'];
  const runners = new Map<Contender, Runner>();
  const absent: Partial<Record<Contender, string>> = {};

  runners.set('kuva', {
    leaves: { what: 'pictures', database: 'bench_kuva' },
    images: most,
    run: ({ files }) => kuva.run(files.length),
  });

  const { python, pythonModules, libvips, rclone } = programs.optional;
  if (python === undefined || pythonModules === undefined) {
    absent.python = absent['python-vips'] =
      'apt install python3-boto3 python3-pil python3-psycopg2 libvips42';
  } else {
    const script = await preparePython(testBed, await home('python'), closing);
    const runner = (library: 'pillow' | 'vips'): Runner => ({
      leaves: { what: 'pictures', database: 'bench_python' },
      images: most,
      run: ({ files }) => script.run(files.length, library, pythonSharing),
    });
    runners.set('python', runner('pillow'));
    if (libvips === undefined) absent['python-vips'] = 'apt install libvips42';
    else runners.set('python-vips', runner('vips'));
  }

  const tutorial = await prepareTutorial(testBed, programs, await home('tutorial'), closing);
  for (const [contender, pause] of [
    ['tutorial', 1],
    ['tutorial-no-sleep', undefined],
  ] as const) {
    runners.set(contender, {
      leaves: { what: 'pictures', database: 'bench_tutorial' },
      images: (set) =>
        options[`${contender === 'tutorial' ? 'tutorial' : 'no-sleep'}-${set === 'A' ? 'a' : 'b'}`],
      run: ({ files }) => tutorial.run(files.length, pause),
    });
  }

  const transport = await home('transport');
  if (rclone === undefined) absent.rclone = 'apt install rclone';
  else
    runners.set('rclone', {
      leaves: { what: 'moved', renamed: false },
      images: most,
      run: ({ files }) => runRclone(testBed, rclone.path, files.length, transport, closing),
    });
  await createTable(testBed.databaseUrl('bench_lean'));
  runners.set('lean', {
    leaves: { what: 'moved', renamed: true, database: 'bench_lean' },
    images: most,
    run: ({ keys }) => runLean(testBed, keys, transport, closing),
  });

  const inMemory = (run: (given: Given) => Promise<Cost>, share: number): Runner => ({
    leaves: { what: 'nothing' },
    // They take the same time each, so fewer will do.
    images: (set) => Math.max(1, Math.ceil(most(set) * share)),
    run,
  });
  runners.set(
    'sharp-one',
    inMemory(({ files, quality }) => runSharp(files, quality, 1), 0.4),
  );
  runners.set(
    'sharp-many',
    inMemory(({ files, quality }) => runSharp(files, quality, cores), 0.4),
  );
  runners.set(
    'entropy',
    inMemory(({ files }) => runEntropy(files), 1),
  );
  return { runners, absent };
}
