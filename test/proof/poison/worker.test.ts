/** A decoder lives as long as its worker, no longer and no shorter, whatever it is doing. */
import { mkdtemp, readFile, readlink, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultRecipe } from '../../../src/image/recipe.ts';
import { createIsolatedTransformer } from '../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { makeJpeg } from '../../pictures/photos.ts';
import { type Child, startChild } from '../../processes/child.ts';
import { decoderProgram } from '../../processes/decoders.ts';
import { childrenOf, isAlive } from '../../processes/descendants.ts';
import { refusal } from '../../transform/kit.ts';
import { eventually } from '../../whole/kuva.ts';
import { type Poison, poisoned } from './poisons.ts';

const program = new URL('poisonedDecoder.ts', import.meta.url);

/** A worker with one decoder that has begun with this image. */
async function worker(poison: Poison | undefined): Promise<{ child: Child; decoder: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-poison-'));
  const image = join(folder, 'image.jpg');
  const jpeg = await makeJpeg();
  await writeFile(image, poison === undefined ? jpeg : poisoned(jpeg, poison));
  const child = startChild(new URL('workerProcess.ts', import.meta.url), [image, program.href]);
  onTestFinished(async () => {
    await child.kill();
    await rm(folder, { recursive: true, force: true });
  });
  await child.line(poison === undefined ? /applied/ : /inspected/);
  const [decoder, ...others] = childrenOf(child.process.pid ?? -1);
  expect(others).toEqual([]);
  if (decoder === undefined) throw new Error('no decoder');
  onTestFinished(() => {
    if (isAlive(decoder)) process.kill(decoder, 'SIGKILL');
  });
  return { child, decoder };
}

describe('a worker that is killed with kill -9', () => {
  it.each([
    ['idle', undefined],
    ['stuck in a loop', 'hang-in-a-loop'],
    ['stuck in native code', 'hang-in-native-code'],
  ] as const)('leaves no decoder behind that is %s', async (_state, poison) => {
    const { child, decoder } = await worker(poison);
    // A decoder that hangs uses the processor: then it has begun.
    if (poison !== undefined) await eventually(async () => (await cpuTicks(decoder)) > 150, 'it is stuck');
    await child.kill('SIGKILL');
    await eventually(() => !isAlive(decoder), 'the decoder is gone', 20_000);
  });
});

describe('a decoder', () => {
  it('goes on when Ctrl-C or a stop reaches it: its worker decides', async () => {
    const { decoder } = await worker(undefined);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(decoder, signal);
    // A terminal signals a group: the decoder is not in the worker's.
    const group = (await readFile(`/proc/${decoder}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')[2];
    expect(Number(group)).toBe(decoder);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isAlive(decoder)).toBe(true);
  });

  it('has none of the secrets and none of the connections of its worker, and goes first when memory runs out', async () => {
    const { decoder } = await worker(undefined);
    const environment = await readFile(`/proc/${decoder}/environ`, 'utf8');
    expect(environment.split('\0').filter((line) => !/^(UV_|MALLOC_|LD_|FONTCONFIG_|$)/.test(line))).toEqual(
      [],
    );
    const sockets = [];
    for (const fd of await readdir(`/proc/${decoder}/fd`)) {
      const target = await readlink(`/proc/${decoder}/fd/${fd}`).catch(() => '');
      if (target.startsWith('socket:')) sockets.push(Number(fd));
    }
    // Last words, channel, lifeline.
    expect(sockets.sort()).toEqual([2, 3, 4]);
    expect(await readlink(`/proc/${decoder}/cwd`)).toBe('/');
    expect((await readFile(`/proc/${decoder}/oom_score_adj`, 'utf8')).trim()).toBe('1000');
  });

  it('that is stuck is ended at once when its image is given up, and the next image gets another one', async () => {
    const transformer = createIsolatedTransformer(limitsSchema.parse({}), {
      size: 1,
      program: decoderProgram(program),
    });
    onTestFinished(() => transformer.close());
    const jpeg = await makeJpeg();
    const bad = poisoned(jpeg, 'hang-in-native-code');
    const stop = new AbortController();
    const work = transformer.apply(bad, await transformer.inspect(bad), defaultRecipe, stop.signal);
    stop.abort();
    expect(await refusal(work)).toMatch(/^interrupted: /);
    const made = await transformer.apply(jpeg, await transformer.inspect(jpeg), defaultRecipe);
    expect(made[0]?.bytes.length).toBeGreaterThan(100);
  });

  it('that never comes up is the machine’s fault and no image’s, and says why', async () => {
    const broken = decoderProgram(new URL('brokenDecoder.ts', import.meta.url));
    const transformer = createIsolatedTransformer(limitsSchema.parse({}), { size: 2, program: broken });
    onTestFinished(() => transformer.close());
    const jpeg = await makeJpeg();
    const begun = performance.now();
    for (let tries = 0; tries < 5; tries++) {
      expect(await refusal(transformer.inspect(jpeg))).toMatch(
        /^decoder-unavailable: .*sharp was built for another machine/,
      );
    }
    // Tries while none may be started are refused at once: no storm of processes.
    expect(performance.now() - begun).toBeLessThan(60_000);
  });
});

async function cpuTicks(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
