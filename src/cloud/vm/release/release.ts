/** This program with all that it needs, as one archive for a machine. */
import { createHash } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { KuvaError } from '../../../image/failure.ts';
import { collectPackages } from './dependencies.ts';
import { withForeignPackages } from './foreign.ts';
import { readPackage } from './packageFile.ts';
import { isThisPlatform, machinePlatform } from './platform.ts';
import { type ArchivedFile, tarOf } from './tar.ts';

export interface Release {
  /** `0.1.0-` and the beginning of the SHA-256 of all files: the same bytes have the same id. */
  readonly id: string;
  readonly version: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /** A gzipped tar archive. A new one each time. */
  archive(): Readable;
}

/** Where this program lies: `dist/cloud/vm/release/` of it, or `src/…` in a test. */
export const ownRoot = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Gathers what `npm pack` would take of this program, and its packages as they are installed here; for a machine of
 * another kind they are fetched with npm. `use` gets it while its files are there.
 * @param root the program's folder: a clone that was built, or `node_modules/kuvaputki`
 */
export async function withRelease<T>(
  { root = ownRoot, cpu = 'x64' }: { readonly root?: string; readonly cpu?: 'x64' | 'arm64' },
  use: (release: Release) => Promise<T>,
): Promise<T> {
  const platform = machinePlatform(cpu);
  const gather = async (packagesFrom: string): Promise<T> => {
    const [, ...others] = await collectPackages(packagesFrom, platform);
    const files = await ownFiles(root);
    for (const { from, to } of others) files.push(...(await filesIn(from, to)));
    files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return use(await makeRelease(root, files));
  };
  return isThisPlatform(platform) ? gather(root) : withForeignPackages(root, platform, gather);
}

async function makeRelease(root: string, files: readonly ArchivedFile[]): Promise<Release> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of tarOf(files)) {
    const bytes = Buffer.from(piece);
    hash.update(bytes);
    size += bytes.length;
  }
  const version = (await readPackage(root))?.version ?? '0';
  return {
    id: `${version}-${hash.digest('hex').slice(0, 12)}`,
    version,
    size,
    archive: () => tarOf(files).pipe(createGzip({ level: 6 })),
  };
}

/** package.json and what it names under `files`, as npm does. */
async function ownFiles(root: string): Promise<ArchivedFile[]> {
  const own = await readPackage(root);
  const files = await filesIn(root, '', ['package.json', ...(own?.files ?? [])]);
  if (!files.some(({ path }) => path === 'dist/cli/main.js')) {
    throw new KuvaError('vm-failed', {
      what: `The program in ${root} is not built`,
      data: 'Nothing was changed on the machine.',
      remedy: 'Run `npm run build` there.',
    });
  }
  return files;
}

/** The files in a folder, without packages that lie in it: those are placed one by one. */
async function filesIn(from: string, to: string, only?: readonly string[]): Promise<ArchivedFile[]> {
  const found: ArchivedFile[] = [];
  const visit = async (below: string): Promise<void> => {
    const file = join(from, below);
    const about = await stat(file);
    if (about.isDirectory()) {
      for (const name of await readdir(file)) if (name !== 'node_modules') await visit(join(below, name));
    } else if (about.isFile()) {
      const executable = (about.mode & 0o100) !== 0;
      found.push({
        path: join(to, below),
        size: about.size,
        executable,
        content: { file: await realpath(file) },
      });
    }
  };
  const names = only ?? (await readdir(from)).filter((name) => name !== 'node_modules');
  for (const name of names) {
    await visit(name).catch((thrown: unknown) => {
      // What package.json names need not be there.
      if (only === undefined || !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'))
        throw thrown;
    });
  }
  return found;
}
