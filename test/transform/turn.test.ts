/** JPEGs that are turned, mirrored, cropped and stripped in their coefficients. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { recipeSchema } from '../../src/image/recipe.ts';
import type { Coefficients } from '../../src/transform/jpeg/coefficients/planes.ts';
import { readCoefficients } from '../../src/transform/jpeg/coefficients/read.ts';
import { truncated } from '../pictures/broken.ts';
import { makeCmykJpeg, makeJpeg } from '../pictures/photos.ts';
import { hasJpegtran, jpegtran } from './jpegtran.ts';
import { made, refusal } from './kit.ts';

const coefficientsOf = (bytes: Uint8Array): Coefficients =>
  readCoefficients(Buffer.from(bytes), () => undefined);
const outputOf = (output: object) => recipeSchema.parse({ outputs: [output] });
const pixelsOf = (bytes: Uint8Array): Promise<Buffer> => sharp(bytes).raw().toBuffer();

const kinds = [
  { subsampling: '4:2:0', progressive: false, width: 128, height: 96 },
  { subsampling: '4:2:0', progressive: true, width: 131, height: 77 },
  { subsampling: '4:4:4', progressive: true, width: 128, height: 96 },
  { subsampling: '4:4:4', progressive: false, width: 131, height: 80 },
] as const;
type Kind = (typeof kinds)[number];

const sourceOf = ({ subsampling, progressive, width, height }: Kind): Promise<Buffer> =>
  makeJpeg({ width, height, seed: 7, settings: { chromaSubsampling: subsampling, progressive } });

const ways = [
  { name: 'rotate 90', steps: [{ rotate: { angle: 90 } }], settings: ['-rotate', '90', '-perfect'] },
  { name: 'rotate 180', steps: [{ rotate: { angle: -180 } }], settings: ['-rotate', '180', '-perfect'] },
  { name: 'rotate 270', steps: [{ rotate: { angle: 270 } }], settings: ['-rotate', '270', '-perfect'] },
  { name: 'flip', steps: ['flip'], settings: ['-flip', 'vertical', '-perfect'] },
  { name: 'flop', steps: ['flop'], settings: ['-flip', 'horizontal', '-perfect'] },
  {
    name: 'crop',
    steps: [{ crop: { left: 16, top: 32, width: 51, height: 40 } }],
    settings: ['-crop', '51x40+16+32'],
  },
] as const;

describe.skipIf(!hasJpegtran)(
  'a JPEG whose coefficients are moved is that of jpegtran, coefficient for coefficient',
  () => {
    const cases = kinds.flatMap((kind) => ways.map((way) => ({ ...kind, ...way })));

    it.each(cases)('$name of $subsampling, progressive $progressive, $width × $height', async (one) => {
      const source = await sourceOf(one);
      const always = outputOf({ steps: one.steps, lossless: 'always' });
      let theirs: Buffer;
      try {
        theirs = jpegtran(source, one.settings);
      } catch {
        // Blocks that are not whole cannot go to the other edge: it refuses, and so do we.
        expect(await refusal(made(source, always))).toMatch(/^step-impossible: .*no multiple of/);
        expect((await made(source, outputOf({ steps: one.steps }))).how).toMatchObject({ way: 'pixels' });
        return;
      }
      const ours = await made(source, always);
      expect(ours.how).toEqual({ way: 'lossless' });
      expect(coefficientsOf(ours.bytes)).toEqual(coefficientsOf(theirs));
      expect(await pixelsOf(ours.bytes)).toEqual(await pixelsOf(theirs));
    });
  },
);

describe('what is done back and forth', () => {
  it.each([
    { name: 'turned four times', steps: Array.from({ length: 4 }, () => ({ rotate: { angle: 90 } })) },
    { name: 'flipped twice', steps: ['flip', 'flip'] },
    { name: 'negated twice', steps: ['negate', 'negate'] },
    {
      name: 'turned, negated, turned back and negated',
      steps: [{ rotate: { angle: 90 } }, 'negate', { rotate: { angle: 270 } }, 'negate'],
    },
  ])('$name: gives the source’s coefficients, bit for bit, in one recipe and in several', async ({
    steps,
  }) => {
    const source = await makeJpeg({ width: 96, height: 64, seed: 3 });
    const once = await made(source, outputOf({ steps, lossless: 'always' }));
    expect(coefficientsOf(once.bytes)).toEqual(coefficientsOf(source));
    let bytes: Uint8Array = source;
    for (const step of steps)
      bytes = (await made(bytes, outputOf({ steps: [step], lossless: 'always' }))).bytes;
    expect(coefficientsOf(bytes)).toEqual(coefficientsOf(source));
  });
});

describe('a JPEG with an orientation', () => {
  it.each([
    1, 2, 3, 4, 5, 6, 7, 8,
  ])('%i is upright afterwards, as libvips sees it, and says so', async (orientation) => {
    const plain = await makeJpeg({ width: 96, height: 64, seed: 5 });
    const source = await sharp(plain)
      .keepMetadata()
      .withMetadata({ orientation })
      .jpeg({ quality: 90 })
      .toBuffer();
    const ours = await made(source, outputOf({ steps: ['auto-orient'], lossless: 'always' }));
    expect(ours.how).toEqual({ way: 'lossless' });
    expect((await sharp(ours.bytes).metadata()).orientation ?? 1).toBe(1);
    const upright = await sharp(source).autoOrient().raw().toBuffer({ resolveWithObject: true });
    expect([ours.width, ours.height]).toEqual([upright.info.width, upright.info.height]);
    const pixels = await pixelsOf(ours.bytes);
    const most = pixels.reduce(
      (worst, value, at) => Math.max(worst, Math.abs(value - (upright.data[at] ?? 0))),
      0,
    );
    // The inverse cosine transform rounds, and colours are interpolated, in another order.
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('a JPEG that is stripped', () => {
  it('keeps its coefficients and loses what it says about itself', async () => {
    const plain = await makeJpeg({ width: 90, height: 61, seed: 6 });
    const source = await sharp(plain)
      .withExif({ IFD0: { Make: 'Canon' } })
      .jpeg()
      .toBuffer();
    const ours = await made(source, outputOf({ steps: [], metadata: 'strip', lossless: 'always' }));
    expect(coefficientsOf(ours.bytes)).toEqual(coefficientsOf(source));
    expect((await sharp(ours.bytes).metadata()).exif).toBeUndefined();
    const kept = await made(
      source,
      outputOf({ steps: [{ crop: { width: 32, height: 32 } }], lossless: 'always' }),
    );
    expect((await sharp(kept.bytes).metadata()).exif).toBeDefined();
  });

  it('is decoded where its profile would have to be applied', async () => {
    const source = await sharp(await makeJpeg({ width: 32, height: 32 }))
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    expect((await made(source, outputOf({ steps: [], metadata: 'strip' }))).how).toEqual({
      way: 'pixels',
      why: 'its colour profile would have to be applied',
    });
  });
});

describe('other JPEGs', () => {
  it('of four colours and of one are turned too', async () => {
    const grey = await sharp(await makeJpeg({ width: 40, height: 24 }))
      .toColourspace('b-w')
      .jpeg()
      .toBuffer();
    for (const source of [await makeCmykJpeg({ width: 48, height: 32 }), grey]) {
      const once = await made(source, outputOf({ steps: ['flop'], lossless: 'always' }));
      expect(once.how).toEqual({ way: 'lossless' });
      const back = await made(once.bytes, outputOf({ steps: ['flop'], lossless: 'always' }));
      expect(coefficientsOf(back.bytes)).toEqual(coefficientsOf(source));
    }
  });

  it('that are cut short are refused, as they are by the decoder', async () => {
    const source = truncated(await makeJpeg({ width: 64, height: 64 }));
    expect(await refusal(made(source, outputOf({ steps: ['flip'] })))).toMatch(/^image-damaged/);
  });

  it('are decoded with other steps, and with lossless: never', async () => {
    const source = await makeJpeg({ width: 64, height: 64 });
    expect((await made(source, outputOf({ steps: ['flip', 'blur'] }))).how).toEqual({ way: 'pixels' });
    expect((await made(source, outputOf({ steps: ['flip'], lossless: 'never' }))).how).toEqual({
      way: 'pixels',
    });
    expect(() => outputOf({ steps: ['blur'], lossless: 'always' })).toThrow('lossless: always goes with');
  });
});
