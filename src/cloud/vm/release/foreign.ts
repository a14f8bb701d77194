/** The packages of a machine of another kind than this one, by this machine's npm. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KuvaError } from '../../../image/failure.ts';
import { readPackage } from './packageFile.ts';
import type { Platform } from './platform.ts';

const run = promisify(execFile);

/**
 * Installs the program's dependencies for `platform` into a temporary folder, and hands that to `use`. The versions are
 * those of the lock file where there is one (a clone), else those that npm finds to fit (an installed package).
 */
export async function withForeignPackages<T>(
  root: string,
  { os, cpu, libc }: Platform,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-release-'));
  try {
    const own = await readPackage(root);
    await mkdir(folder, { recursive: true });
    await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
    const locked = await copyFile(join(root, 'package-lock.json'), join(folder, 'package-lock.json')).then(
      () => true,
      () => false,
    );
    if (!locked) {
      const { name, version, dependencies, optionalDependencies } = own ?? {};
      await writeFile(
        join(folder, 'package.json'),
        JSON.stringify({ name, version, dependencies, optionalDependencies }),
      );
    }
    const args = [locked ? 'ci' : 'install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', [...args, `--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`], {
      cwd: folder,
      maxBuffer: 1e8,
    });
    return await use(folder);
  } catch (thrown) {
    if (thrown instanceof KuvaError) throw thrown;
    throw new KuvaError('vm-failed', {
      what: `The packages for a ${os} machine (${cpu}) could not be fetched with npm: ${reason(thrown)}`,
      data: 'Nothing was changed on the machine.',
      remedy: 'Is npm installed here, and can it reach its registry? `kuva cloud up` goes on from here.',
      cause: thrown,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reason(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.trim().split('\n').slice(0, 3).join('; ');
}
