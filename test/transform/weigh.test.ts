import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultRecipe, recipeSchema } from '../../src/image/recipe.ts';
import { writeRaster } from '../../src/transform/tiff/exact/write.ts';
import * as photos from '../pictures/photos.ts';
import { generator } from '../pictures/pixels.ts';
import { applyInProcess } from './child.ts';
import { recipeOf, transform, transformer } from './kit.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kuva-weigh-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const size = { width: 2400, height: 1600 };
const outputs = (...recipes: unknown[][]) => ({
  outputs: recipes.map((steps, index) => ({ name: `o${index}`, key: `${index}/{name}`, steps })),
});

/** RGB without any order, which no code makes small. */
function integers(): Buffer {
  const { width, height } = size;
  const data = Buffer.alloc(width * height * 12);
  const next = generator(7);
  for (let at = 0; at < data.length; at += 4) data.writeUInt32LE(Math.floor(next() * 2 ** 32), at);
  const stored = {
    kind: 'uint',
    bytes: 4,
    photometric: 2,
    channels: 3,
    alpha: 'none',
    orientation: 1,
  } as const;
  const coding = { packing: 'deflate', predictor: 2, tile: undefined, planes: false } as const;
  return writeRaster({ width, height, data }, stored, coding);
}

describe('weigh is an upper bound on the memory that apply takes', () => {
  it.each([
    ['JPEG, negated', () => photos.makeJpeg(size), outputs(['negate'])],
    [
      'JPEG from a camera, negated',
      () => photos.makeJpeg({ ...photos.photograph, settings: { optimiseCoding: false } }),
      outputs(['negate']),
    ],
    [
      'JPEG from a camera, in high quality and made small',
      () => photos.makeJpeg({ ...size, quality: 98, settings: { optimiseCoding: false } }),
      outputs([{ resize: { width: 1600 } }]),
    ],
    [
      'progressive JPEG of all colours, negated',
      () => photos.makeJpeg({ ...size, settings: { progressive: true, chromaSubsampling: '4:4:4' } }),
      outputs(['negate']),
    ],
    ['CMYK JPEG, negated', () => photos.makeCmykJpeg(size), outputs(['negate'])],
    ['JPEG, made small', () => photos.makeJpeg(size), outputs([{ resize: { width: 400 } }])],
    ['JPEG, turned by 30 degrees', () => photos.makeJpeg(size), outputs([{ rotate: { angle: 30 } }])],
    [
      'JPEG, three outputs',
      () => photos.makeJpeg(size),
      outputs(['negate'], ['normalise'], [{ resize: { width: 300 } }]),
    ],
    [
      'JPEG, many steps',
      () => photos.makeJpeg(size),
      outputs(['blur', 'negate', 'flip', 'sharpen', 'normalise']),
    ],
    [
      'JPEG, enlarged',
      () => photos.makeJpeg({ width: 600, height: 400 }),
      outputs([{ resize: { width: 2400, enlarge: true } }]),
    ],
    [
      'JPEG to lossless WebP',
      () => photos.makeJpeg(size),
      outputs([{ convert: { format: 'webp', lossless: true, effort: 0 } }]),
    ],
    ['JPEG to AVIF', () => photos.makeJpeg(size), outputs([{ convert: { format: 'avif', effort: 0 } }])],
    [
      'PNG of 16 bits, interlaced',
      () => photos.makePng({ ...size, depth: 16, settings: { progressive: true } }),
      outputs(['negate']),
    ],
    [
      'PNG with a palette',
      () => photos.makePalettePng({ ...size, settings: { effort: 1 } }),
      outputs(['negate']),
    ],
    ['TIFF of 16 bits', () => photos.makeTiff({ ...size, depth: 16 }), outputs(['negate'])],
    ['TIFF of 32-bit integers', () => integers(), outputs(['negate'])],
    [
      'animated GIF, made small',
      () => photos.makeAnimatedGif({ width: 900, height: 600, frames: 6 }),
      outputs([{ resize: { width: 400 } }]),
    ],
  ])('%s', async (title, make, recipe) => {
    const path = join(folder, title.replaceAll(/\W/g, '_'));
    await writeFile(path, await make());
    const { growth, weight, pixels } = await applyInProcess(path, recipe);
    if (growth === undefined) return;
    expect(growth).toBeGreaterThan(0);
    expect(growth).toBeLessThanOrEqual(weight);
    // And no more than a bound must be: 16 MB, and 128 bytes a pixel.
    expect(weight).toBeLessThan(16e6 + 128 * Math.max(pixels, 3_840_000));
  });

  it('grows with the image, its pages and its outputs', async () => {
    const facts = await transformer.inspect(await photos.makeJpeg());
    const weight = (more: object, recipe: unknown) =>
      transformer.weigh({ ...facts, ...more }, recipeSchema.parse(recipe));
    const one = weight({}, defaultRecipe);
    expect(weight({ width: 960 }, defaultRecipe)).toBeGreaterThan(one);
    expect(weight({ largestPage: 1e6 }, defaultRecipe)).toBeGreaterThan(one);
    expect(weight({}, outputs(['negate'], ['blur']))).toBeGreaterThan(one);
    expect(weight({ format: 'webp', pages: 50 }, defaultRecipe)).toBeGreaterThan(
      weight({ format: 'webp' }, defaultRecipe),
    );
    expect(weight({}, recipeOf({ resize: { width: 9000, enlarge: true } }))).toBeGreaterThan(one * 10);
    expect(weight({}, recipeOf({ extend: { left: 9000 } }))).toBeGreaterThan(one);
  });
});

describe('another process', () => {
  it('makes the same bytes of the same input and recipe', async () => {
    const recipe = outputs(
      ['negate'],
      [{ resize: { width: 50 } }, { convert: 'webp' }],
      ['sharpen', { convert: 'avif' }],
    );
    for (const make of [photos.makeJpeg, photos.makePng, photos.makeTiffStack, photos.makeAnimatedWebp]) {
      const source = await make({});
      const avif = source.length > 0 && (await transformer.inspect(source)).pages === 1;
      const fitting = avif ? recipe : outputs(['negate'], ['blur']);
      const path = join(folder, `same-${createHash('sha256').update(source).digest('hex')}`);
      await writeFile(path, source);
      const own = await transform(source, recipeSchema.parse(fitting));
      const theirs = await applyInProcess(path, fitting);
      expect(theirs.digests).toEqual(
        own.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex')),
      );
    }
  });
});
