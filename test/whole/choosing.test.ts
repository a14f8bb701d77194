/** Rules, plans, several pipelines and reprocessing, as a user types them. On embedded parts. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { makePng, makeTiff } from '../pictures/photos.ts';
import { freePort } from '../../bench/servers/freePorts.ts';
import { eventually, runKuva, startKuva, temporaryFolder } from './kuva.ts';

const size = { width: 32, height: 24 };

async function put(folder: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.kuva'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

it('a plan says what a run then does; a changed recipe is run over what was kept', async () => {
  const cwd = await temporaryFolder();
  const good = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runKuva(args, { cwd });
    expect(code, stdout + stderr).toBe(0);
    return stdout + stderr;
  };
  const config = (step: string) => `input: file:./in
output: file:./out
exclude: '**/*.txt'
done: keep
choose:
  - { name: drafts, when: { key: 'drafts/**' }, recipe: skip }
  - { name: stacks, when: { format: tiff }, recipe: { key: 'stacks/{key}', steps: [${step}] } }
recipe: { key: 'others/{key}' }
`;
  await put(cwd, { 'kuva.yaml': Buffer.from(config('negate')) });
  await mkdir(join(cwd, 'out'));
  await put(join(cwd, 'in'), {
    'drafts/a.png': await makePng({ ...size, seed: 1 }),
    'x/b.png': await makePng({ ...size, seed: 2 }),
    'c.tif': await makeTiff({ ...size, seed: 3 }),
    'readme.txt': Buffer.from('not an image'),
  });
  const plan = await good('plan', '--format', 'csv');
  expect(plan).toMatch(/^key,bytes,would_be,rule,output_keys,reason/);
  expect(plan).toMatch(/^drafts\/a\.png,\d+,skip,drafts,/m);
  expect(plan).toMatch(/^x\/b\.png,\d+,process,,others\/x\/b\.png,/m);
  expect(plan).toMatch(/^c\.tif,\d+,process,stacks,stacks\/c\.tif,/m);
  expect(plan).toMatch(/^readme\.txt,12,ignore,,,/m);
  expect(await filesIn(join(cwd, 'out'))).toEqual([]);
  expect(await good('run')).toContain('1 left alone by a rule');
  expect(await filesIn(join(cwd, 'out'))).toEqual(['others/x/b.png', 'stacks/c.tif']);
  expect(await filesIn(join(cwd, 'in'))).toEqual(['c.tif', 'drafts/a.png', 'readme.txt', 'x/b.png']);
  expect(await good('log', '--state', 'skipped')).toContain('drafts/a.png');
  expect(await good('plan')).toContain('skipped already');

  await put(cwd, { 'kuva.yaml': Buffer.from(config('grayscale')) });
  const counted = await good('reprocess', '--dry-run');
  expect(counted).toContain('1 would be made once more');
  expect(counted).toContain('1 were made by the recipe of today already');
  expect((await runKuva(['reprocess'], { cwd })).code).toBe(2);
  expect(await good('reprocess', '--yes')).toContain('1 image is queued again');
  expect(await good('run')).toContain('1 image done');
  expect(await good('verify')).toContain('2 outputs are there');
  expect(await good('reprocess', '--dry-run')).toContain('Nothing was changed');
});

it('one worker serves several pipelines of a file, of which one feeds the other; each can be asked for', async () => {
  const cwd = await temporaryFolder();
  const port = await freePort();
  await put(cwd, {
    'kuva.yaml': Buffer.from(`http: { listen: 127.0.0.1:${port} }
pipelines:
  - { name: first, input: file:./a, output: file:./b, recipe: { key: 'first_{name}' } }
  - { name: second, input: file:./b, output: file:./c, done: { move: file:./seen }, recipe: { key: 'second_{name}' } }
`),
  });
  for (const folder of ['b', 'c', 'seen']) await mkdir(join(cwd, folder));
  await put(join(cwd, 'a'), { 'x.png': await makePng({ ...size, seed: 1 }) });
  const worker = startKuva(['worker'], { cwd });
  await eventually(
    async () =>
      (await filesIn(join(cwd, 'seen'))).length === 1 && (await filesIn(join(cwd, 'b'))).length === 0,
    'the image has gone through both',
    60_000,
  );
  expect(await filesIn(join(cwd, 'c'))).toEqual(['second_first_x.png']);
  const status = await runKuva(['status', '--json'], { cwd });
  expect(
    status.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toMatchObject([{ pipeline: 'first', counts: { done: 1 } }, { pipeline: 'second' }]);
  const log = await runKuva(['log', '--pipeline', 'second', '--json'], { cwd });
  expect(log.stdout).toContain('second_first_x.png');
  expect(log.stdout).not.toContain('"first"');
  expect((await runKuva(['log', '--follow'], { cwd })).code).toBe(2);
  const about = await fetch(`http://127.0.0.1:${port}/api/v1/about`);
  expect(await about.json()).toMatchObject({ pipeline: 'first', pipelines: ['first', 'second'] });
  const beside = await fetch(`http://127.0.0.1:${port}/api/v1/pipelines/second/status`);
  expect(await beside.json()).toMatchObject({ pipeline: 'second', counts: { done: 1 } });
  expect((await worker.end()).code).toBe(0);
});
