import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { bundle } from '../../scripts/bundle.ts';

const printed = z.array(z.string());

/** Two programs, in folders of different depths, which share a module that wants to know where it lies. */
async function project(source: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'kuva-bundle-')));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [name, text] of Object.entries(source)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

const programs = { 'one/main': 'src/one/main.ts', 'two/deep/down/main': 'src/two/deep/down/main.ts' };
const source = {
  'package.json': '{"type": "module"}',
  'src/shared/place.ts':
    'export const place: string[] = [new URL("picture.bin", import.meta.url).href, import.meta.dirname];\n',
  'src/one/main.ts':
    'import { place } from "../shared/place.ts";\nconsole.log(JSON.stringify([...place, import.meta.url]));\n',
  'src/two/deep/down/main.ts':
    'import { place } from "../../../shared/place.ts";\nconsole.log(JSON.stringify([...place, import.meta.url]));\n',
};

const inputs = (root: string): Record<string, string> =>
  Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, path.join(root, file)]));

it('keeps for each module the place that it would have alone', async () => {
  const root = await project(source);
  const to = path.join(root, 'dist');
  const place = (file: string): string =>
    path.join(to, path.relative(path.join(root, 'src'), file)).replace(/\.ts$/, '.js');
  await bundle({ root, to, programs: inputs(root), maps: true, place });
  for (const name of Object.keys(programs)) {
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(to, `${name}.js`)]);
    expect(printed.parse(JSON.parse(stdout))).toEqual([
      pathToFileURL(path.join(to, 'shared/picture.bin')).href,
      path.join(to, 'shared'),
      pathToFileURL(path.join(to, `${name}.js`)).href,
    ]);
  }
  expect(
    (await readdir(to, { recursive: true })).filter((file) => file.endsWith('.map')).length,
  ).toBeGreaterThan(1);
});

it('makes no maps for users, and none of our own mistakes into a program', async () => {
  const root = await project({ ...source, 'src/shared/place.ts': 'export const other = 1;\n' });
  const made = bundle({
    root,
    to: path.join(root, 'dist'),
    programs: inputs(root),
    maps: false,
    place: (file) => file,
  });
  await expect(made).rejects.toThrow(/"place" is not exported/);
});
