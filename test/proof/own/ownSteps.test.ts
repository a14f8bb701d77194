/** Own steps and the end of the processes around them: whoever dies, nothing goes on running, and nobody else is harmed. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defaultRecipe, recipeSchema } from '../../../src/image/recipe.ts';
import { createIsolatedTransformer } from '../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { loadOwnSteps } from '../../../src/transform/own/load.ts';
import { removeScratch, sweepScratch } from '../../../src/transform/own/scratch.ts';
import * as photos from '../../pictures/photos.ts';
import { startChild } from '../../processes/child.ts';
import { realDecoder } from '../../processes/decoders.ts';
import { childrenOf, isAlive } from '../../processes/descendants.ts';
import { refusal } from '../../transform/kit.ts';
import { OwnFolder } from '../../transform/own/kit.ts';
import { eventually } from '../../whole/kuva.ts';

let own: OwnFolder;
let jpeg: Buffer;

beforeAll(async () => {
  own = await OwnFolder.make();
  jpeg = await photos.makeJpeg();
  await writeFile(join(own.path, 'image.jpg'), jpeg);
});

afterAll(() => own.remove());

/** A script that starts another process, writes both numbers down, and does not end. */
async function endless(folder: string): Promise<{ script: string; numbers: () => Promise<number[]> }> {
  const list = join(folder, 'numbers');
  const script = await own.shell('endless.sh', 'sleep 600 &', `echo $$ $! > ${list}`, 'wait');
  const numbers = async (): Promise<number[]> => {
    await eventually(
      async () => (await readFile(list, 'utf8').catch(() => '')).includes('\n'),
      'the command runs',
      30_000,
    );
    return (await readFile(list, 'utf8')).trim().split(' ').map(Number);
  };
  return { script, numbers };
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-own-proof-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const gone = (numbers: readonly number[]) =>
  eventually(() => numbers.every((pid) => !isAlive(pid)), 'the command is gone', 20_000);

describe('a worker that is killed with kill -9', () => {
  it.each([
    'worker',
    'decoder',
  ] as const)('leaves no command behind, also when it is the %s that dies', async (who) => {
    const { script, numbers } = await endless(await temporary());
    const child = startChild(new URL('workerProcess.ts', import.meta.url), [
      join(own.path, 'image.jpg'),
      script,
    ]);
    onTestFinished(() => child.kill());
    const [, scratch = ''] = /scratch (.*)/.exec(await child.line(/scratch/)) ?? [];
    const running = await numbers();
    const [decoder = -1] = childrenOf(child.process.pid ?? -1);
    if (who === 'worker') await child.kill('SIGKILL');
    else process.kill(decoder, 'SIGKILL');
    await gone(running);
    if (who === 'decoder') return;
    expect(existsSync(scratch)).toBe(true);
    await sweepScratch();
    expect(existsSync(scratch)).toBe(false);
  });
});

describe('own steps in a decoder', () => {
  const pool = async (...steps: unknown[]) => {
    const { recipe, tools } = await loadOwnSteps(recipeSchema.parse({ outputs: [{ steps }] }), own.path);
    const transformer = createIsolatedTransformer(limitsSchema.parse({ time: '10s' }), {
      size: 1,
      program: realDecoder,
      ...(tools && { tools }),
    });
    onTestFinished(async () => {
      await transformer.close();
      if (tools !== undefined) await removeScratch(tools);
    });
    const apply = async (asked = recipe, signal?: AbortSignal) =>
      transformer.apply(jpeg, await transformer.inspect(jpeg), asked, signal, 'some/key.jpg');
    return { transformer, apply };
  };

  it('are ended when the image is not wanted any more', async () => {
    const { script, numbers } = await endless(await temporary());
    const { apply } = await pool({ command: [script, '{in}', '{out}'] });
    const stop = new AbortController();
    const told = refusal(apply(undefined, stop.signal));
    const running = await numbers();
    stop.abort();
    expect(await told).toMatch(/^interrupted/);
    await gone(running);
  });

  it('are ended at their time limit, and the decoder goes on', async () => {
    const { script, numbers } = await endless(await temporary());
    const { apply } = await pool({ command: { run: [script, '{in}', '{out}'], time: '3s' } });
    expect(await refusal(apply())).toMatch(/^transform-timeout: The command endless.sh took longer than 3 s/);
    await gone(await numbers());
    expect(await refusal(apply(defaultRecipe))).toBe('accepted');
  });

  it.each([
    ['crashes its process', 'process.abort();', /^transform-crashed/],
    ['never comes back', 'for (;;);', /^transform-timeout/],
  ])('a module that %s costs its image an attempt, and no other', async (_title, line, message) => {
    const name = `harm-${message.source.length}-${line.length}.mjs`;
    await own.file(name, `export default () => { ${line} };`);
    const { apply } = await pool({ module: { file: name, time: '1s' } });
    expect(await refusal(apply())).toMatch(message);
    expect(await refusal(apply(defaultRecipe))).toBe('accepted');
  });

  it('give facts and images as they do in the test’s own process', async () => {
    await own.file(
      'facts.mjs',
      'export default (image, { facts, key }) => { facts({ key, pid: process.pid }); return image; };',
    );
    const { apply } = await pool('measure', { module: 'facts.mjs' }, { convert: 'png' });
    const [made] = await apply();
    expect(made?.format).toBe('png');
    expect(made?.facts).toMatchObject({ key: 'some/key.jpg' });
    expect(made?.facts).toHaveProperty('blur');
    expect(made?.facts?.['pid']).not.toBe(process.pid);
  });

  it('a module that does not load is told at the start, and no image is blamed', async () => {
    await own.file('broken.mjs', 'import "./is-not-there.mjs";', 'export default () => undefined;');
    const { apply } = await pool({ module: 'broken.mjs' });
    expect(await refusal(apply())).toMatch(/^step-unavailable: The module broken.mjs does not load/);
  });
});
