/**
 * The tests' own programs, put together once for a run as the product is (scripts/bundle.ts): a test that starts a hundred
 * processes would spend most of its time loading their modules one by one.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../../scripts/bundle.ts';

const root = path.resolve(import.meta.dirname, '../..');
const kept = path.join(root, '.cache/test-programs');
const loader = fileURLToPath(new URL('typescript.mjs', import.meta.url));
const variable = 'KUVA_TEST_PROGRAMS';

/** Relative to the repository. Those of `src` come with the product's own names, by which they find each other. */
const programs = [
  'src/transform/isolated/child.ts',
  'src/transform/coded/thread.ts',
  'test/ledger/migrator.ts',
  'test/ledger/queueWorker.ts',
  'test/ledger/embedded/holderProcess.ts',
  'test/transform/transformerProcess.ts',
  'test/proof/crash/storeWorker.ts',
  'test/proof/crash/worker.ts',
  'test/proof/own/differingWorker.ts',
  'test/proof/own/workerProcess.ts',
  'test/proof/poison/brokenDecoder.ts',
  'test/proof/poison/poisonedDecoder.ts',
  'test/proof/poison/workerProcess.ts',
];

/** Programs of earlier runs that are kept: another run may be using them. */
const mostKept = 3;

/** What Node is given to run one of the tests' programs. */
export interface NodeProgram {
  readonly entry: URL;
  /** In front of the entry. */
  readonly options: readonly string[];
}

/** @param entry a TypeScript file. One that is not put together runs as well; it is compiled as it is loaded. */
export function nodeProgram(entry: URL): NodeProgram {
  const folder = process.env[variable];
  const name = path.relative(root, fileURLToPath(entry));
  return folder !== undefined && programs.includes(name)
    ? { entry: pathToFileURL(path.join(folder, name.replace(/\.ts$/, '.js'))), options: [] }
    : { entry, options: ['--import', loader] };
}

/** Puts them together, unless nothing has changed since the last time, and tells this process and its children. */
export async function makePrograms(): Promise<void> {
  const folder = path.join(kept, await digestOfSources());
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    await mkdir(kept, { recursive: true });
    const beside = await mkdtemp(path.join(kept, 'new-'));
    await bundle({
      root,
      to: beside,
      programs: Object.fromEntries(
        programs.map((name) => [name.replace(/\.ts$/, ''), path.join(root, name)]),
      ),
      maps: false,
      place: (file) =>
        // These two look for a program that lies beside them.
        /\/(coded\/lane|isolated\/transformer)\.ts$/.test(file)
          ? path.join(beside, path.relative(root, file)).replace(/\.ts$/, '.js')
          : file,
    });
    // Some programs are started as another user.
    await chmod(beside, 0o755);
    // Several test runs may begin at the same time: the first one's will do for all.
    await rename(beside, folder).catch(() => rm(beside, { recursive: true }));
    await removeOld();
  }
  process.env[variable] = folder;
}

async function digestOfSources(): Promise<string> {
  const digest = createHash('sha256');
  for (const folder of ['src', 'test', 'scripts']) {
    for (const file of (await readdir(path.join(root, folder), { recursive: true })).sort()) {
      if (!/\.(ts|mjs)$/.test(file)) continue;
      const { mtimeMs, size } = await stat(path.join(root, folder, file));
      digest.update(`${folder}/${file} ${mtimeMs} ${size}\n`);
    }
  }
  const { mtimeMs } = await stat(path.join(root, 'package-lock.json'));
  return digest.update(`${mtimeMs}`).digest('hex').slice(0, 16);
}

async function removeOld(): Promise<void> {
  const there = await Promise.all(
    (await readdir(kept)).map(async (name) => ({ name, made: (await stat(path.join(kept, name))).mtimeMs })),
  );
  for (const { name } of there.sort((a, b) => b.made - a.made).slice(mostKept))
    await rm(path.join(kept, name), { recursive: true, force: true });
}
