/**
 * Compiles `src/transform/jpeg/entropy/assembly/` (AssemblyScript) into `entropy.wasm`, beside the module that loads it:
 * in `src` for whatever runs the sources, and below each folder that is named (`dist`). Users get it in the package and
 * need no compiler.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const home = 'transform/jpeg/entropy';

/** No garbage collector: all memory is given out by the host. SIMD is in every Node that kuva runs on. */
const settings = ['-O3', '--noAssert', '--runtime', 'stub', '--initialMemory', '2', '--enable', 'simd'];

/**
 * Sources that were compiled before, with this compiler and these settings, are not compiled again.
 * @param root of the repository
 * @param folders that `src` is compiled to, relative to the root
 */
export async function makeEntropyModule(root: string, folders: readonly string[]): Promise<void> {
  const assembly = path.join(root, 'src', home, 'assembly');
  const compiler = path.join(root, 'node_modules/assemblyscript');
  const version = await readFile(path.join(compiler, 'package.json'));
  const digest = createHash('sha256').update(version).update(JSON.stringify(settings));
  for (const name of (await readdir(assembly)).sort()) {
    digest.update(name).update(await readFile(path.join(assembly, name)));
  }
  const kept = path.join(root, '.cache', 'entropy', `${digest.digest('hex')}.wasm`);
  const bytes =
    (await readFile(kept).catch(() => undefined)) ??
    (await compiled(assembly, path.join(compiler, 'bin/asc.js')));
  for (const file of [
    kept,
    ...['src', ...folders].map((each) => path.join(root, each, home, 'entropy.wasm')),
  ]) {
    await replace(file, bytes);
  }
}

async function compiled(assembly: string, compiler: string): Promise<Uint8Array> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kuva-entropy-'));
  const file = path.join(folder, 'entropy.wasm');
  try {
    await promisify(execFile)(process.execPath, [compiler, 'index.ts', '--outFile', file, ...settings], {
      cwd: assembly,
    });
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Under another name first: several test runs may begin at the same time. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  const there = await readFile(file).catch(() => undefined);
  if (there?.equals(bytes) === true) return;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, bytes);
  await rename(`${file}.${process.pid}`, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await makeEntropyModule(process.cwd(), process.argv.slice(2));
}
