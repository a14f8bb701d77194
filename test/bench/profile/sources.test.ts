import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { sourceFinder } from '../../../bench/profile/sources.ts';

it('tells the source by the map beside a file, and leaves alone what has none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-sources-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // Line 2 of the file is line 4 of the second source.
  const map = { version: 3, sources: ['src/a.ts', 'src/store/b.ts'], names: [], mappings: 'AAAA;ACGA' };
  await writeFile(join(folder, 'system.js.map'), JSON.stringify(map));
  const find = sourceFinder();
  const of = (name: string) => pathToFileURL(join(folder, name)).href;
  expect(find({ url: of('system.js'), line: 1, column: 5 })).toMatchObject({
    url: of('src/store/b.ts'),
    line: 3,
  });
  for (const url of [of('other.js'), 'node:net', '']) {
    expect(find({ url, line: 7, column: 2 })).toEqual({ url, line: 7, column: 2 });
  }
});
