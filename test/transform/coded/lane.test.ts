import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Recipe } from '../../../src/image/recipe.ts';
import { withCodedLane } from '../../../src/transform/coded/lane.ts';
import type { Transformer } from '../../../src/transform/contract.ts';
import {
  createIsolatedTransformer,
  type IsolatedTransformer,
} from '../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { makeCmykJpeg, makeJpeg, makePng } from '../../pictures/photos.ts';
import { realDecoder } from '../../processes/decoders.ts';
import { nodeProgram } from '../../processes/nodeProgram.ts';
import { recipeOf, refusal } from '../kit.ts';

const realThread = nodeProgram(new URL('../../../src/transform/coded/thread.ts', import.meta.url));
const limits = limitsSchema.parse({ time: '20s', pixels: 1_000_000 });

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A lane in front of real decoders, which count what comes to them. */
function open(program = realThread, given = limits) {
  const decoders = createIsolatedTransformer(given, { size: 1, program: realDecoder });
  const asked = { inspect: 0, apply: 0 };
  const counting: IsolatedTransformer = {
    ...decoders,
    inspect: (...all) => (asked.inspect++, decoders.inspect(...all)),
    apply: (...all) => (asked.apply++, decoders.apply(...all)),
  };
  const lane = withCodedLane(counting, given, { size: 2, program });
  onTestFinished(() => lane.close());
  return { lane, decoders, asked };
}

async function through(transformer: Transformer, bytes: Buffer, recipe: Recipe = recipeOf('negate')) {
  const facts = await transformer.inspect(bytes);
  const made = await transformer.apply(bytes, facts, recipe);
  return { facts, made: made.map(({ bytes: data, ...about }) => ({ bytes: Buffer.from(data), ...about })) };
}

describe('a JPEG that is only negated', () => {
  it.each<[string, () => Promise<Buffer>]>([
    ['of colour', () => makeJpeg()],
    ['of grey', () => makeJpeg({ channels: 1 })],
    ['of CMYK', () => makeCmykJpeg()],
    ['progressive', () => makeJpeg({ settings: { progressive: true } })],
    ['with EXIF and on its side', () => makeJpeg({ exif: true, orientation: 6 })],
  ])('%s meets no decoder, and comes out as from one', async (_name, make) => {
    const { lane, decoders, asked } = open();
    const bytes = await make();
    const before = Buffer.from(bytes);
    const here = await through(lane, bytes);
    expect(asked).toEqual({ inspect: 0, apply: 0 });
    const [one] = here.made;
    expect(one?.sha256).toBe(sha256(one?.bytes ?? Buffer.alloc(0)));
    const told = { ...one, sha256: undefined, release: undefined };
    expect({ ...here, made: [told] }).toEqual(await through(decoders, bytes));
    expect(here.made).toMatchObject([{ how: { way: 'lossless' } }]);
    expect(bytes.equals(before)).toBe(true);
  });

  it('that is damaged, out of the ordinary or too large is judged by a decoder', async () => {
    const { lane, decoders, asked } = open();
    const jpeg = await makeJpeg({ width: 200, height: 100 });
    const cut = jpeg.subarray(0, jpeg.length - 200);
    const large = await makeJpeg({ width: 1_100, height: 1_000 });
    const noise = Buffer.concat([jpeg.subarray(0, 4), randomBytes(5_000)]);
    for (const bytes of [cut, large, noise]) {
      const told = await refusal(through(lane, Buffer.from(bytes)));
      expect(told).toBe(await refusal(through(decoders, Buffer.from(bytes))));
    }
    expect(asked.inspect + asked.apply).toBe(3);
  });

  it('is waited for without a decoder, where that is all that the recipes want', () => {
    const negates = recipeOf('negate');
    const other = recipeOf('negate', 'grayscale');
    const warmed = (recipes?: readonly Recipe[]): number => {
      let count = 0;
      const decoders = createIsolatedTransformer(limits, { size: 1, program: realDecoder });
      const lane = withCodedLane({ ...decoders, warmUp: () => (count += 1) }, limits, {
        size: 1,
        program: realThread,
        ...(recipes !== undefined && { recipes }),
      });
      onTestFinished(() => lane.close());
      lane.warmUp();
      return count;
    };
    expect([warmed([negates]), warmed([negates, other]), warmed()]).toEqual([0, 1, 1]);
  });

  it('goes to a decoder when the recipe wants pixels, and so does all that is no JPEG', async () => {
    const { lane, asked } = open();
    const jpeg = await makeJpeg();
    await through(lane, jpeg, recipeOf('negate', { resize: { width: 10 } }));
    expect(asked.apply).toBe(1);
    const [plain] = recipeOf('negate').outputs;
    if (plain === undefined) throw new Error('a recipe without outputs');
    await through(lane, jpeg, { outputs: [{ ...plain, lossless: 'never' }] });
    expect(asked.apply).toBe(2);
    await through(lane, await makePng());
    expect(asked).toEqual({ inspect: 1, apply: 3 });
  });

  it('that takes longer than it may is told to have done so, and is not begun once more by a decoder', async () => {
    const { lane, asked } = open(realThread, { ...limits, time: 0 });
    expect(await refusal(through(lane, await makeJpeg()))).toMatch(/^transform-timeout/);
    expect(asked.apply).toBe(0);
  });

  it('is done by a decoder when its thread ends with it, and the next one has a new thread', async () => {
    const { lane, asked } = open(nodeProgram(new URL('endingThread.ts', import.meta.url)));
    for (const round of [1, 2]) {
      expect((await through(lane, await makeJpeg())).made).toMatchObject([{ how: { way: 'lossless' } }]);
      expect(asked.apply).toBe(round);
    }
  });
});

describe('a thread that hangs', () => {
  const hanging = nodeProgram(new URL('hangingThread.ts', import.meta.url));

  it('is ended when the time is over, and the image is told to have taken too long', async () => {
    const { lane } = open(hanging, { ...limits, time: 100 });
    expect(await refusal(through(lane, await makeJpeg()))).toMatch(/^transform-timeout/);
  });

  it('is ended when the image is not wanted any more', async () => {
    const { lane } = open(hanging);
    const bytes = await makeJpeg();
    const stop = new AbortController();
    const facts = await lane.inspect(bytes);
    const running = lane.apply(bytes, facts, recipeOf('negate'), stop.signal);
    setTimeout(() => {
      stop.abort();
    }, 300);
    expect(await refusal(running)).toMatch(/^interrupted/);
  });

  it('is ended by closing', async () => {
    const { lane } = open(hanging);
    const bytes = await makeJpeg();
    const facts = await lane.inspect(bytes);
    const running = refusal(lane.apply(bytes, facts, recipeOf('negate')));
    await lane.close();
    expect(await running).toMatch(/^interrupted/);
  });
});

it('one after the other, smaller and larger, come out each as its own', async () => {
  const { lane, decoders, asked } = open();
  for (const width of [300, 40, 900, 40, 16, 1_000]) {
    const bytes = await makeJpeg({ width, height: width, seed: width });
    const [here] = (await through(lane, bytes)).made;
    expect(here?.sha256).toBe(sha256((await through(decoders, bytes)).made[0]?.bytes ?? Buffer.alloc(0)));
  }
  expect(asked.apply).toBe(0);
});

it('many at the same time come out each as its own', async () => {
  const { lane, asked } = open();
  const pictures = await Promise.all(Array.from({ length: 12 }, (_, at) => makeJpeg({ seed: at + 1 })));
  const made = await Promise.all(pictures.map((bytes) => through(lane, bytes)));
  const back = await Promise.all(made.map(({ made: [one] }) => through(lane, one?.bytes ?? Buffer.alloc(0))));
  back.forEach(({ made: [one] }, at) => {
    expect((one?.bytes ?? Buffer.alloc(0)).equals(pictures[at] ?? Buffer.alloc(0))).toBe(true);
  });
  expect(asked).toEqual({ inspect: 0, apply: 0 });
});

it('uses the memory of results again once they are released, and of no others', async () => {
  const { lane, asked } = open();
  const pictures = await Promise.all(
    [200, 210, 220].map((width) => makeJpeg({ width, height: 150, seed: width })),
  );
  const wanted = await Promise.all(
    pictures.map(async (bytes) => (await through(lane, bytes)).made[0]?.sha256),
  );
  const kept: { readonly bytes: Uint8Array; readonly at: number }[] = [];
  let again = 0;
  for (let count = 0; count < 30; count++) {
    await Promise.all(
      pictures.map(async (source, at) => {
        const [made] = await lane.apply(source, await lane.inspect(source), recipeOf('negate'));
        if (made === undefined) throw new Error('nothing was made');
        expect(sha256(Buffer.from(made.bytes))).toBe(wanted[at]);
        // Behind the result there is room for a mark.
        const memory = new Uint8Array(made.bytes.buffer);
        if (memory.at(-1) === 0x5a) again++;
        memory[memory.length - 1] = 0x5a;
        if (count % 10 === 0) kept.push({ bytes: made.bytes, at });
        else made.release?.();
      }),
    );
  }
  for (const { bytes, at } of kept) expect(sha256(Buffer.from(bytes))).toBe(wanted[at]);
  expect(new Set(kept.map(({ bytes }) => bytes.buffer)).size).toBe(9);
  expect(again).toBeGreaterThan(50);
  expect(asked.apply).toBe(0);
});
