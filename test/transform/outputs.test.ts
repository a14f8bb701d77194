import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { defaultRecipe, recipeSchema } from '../../src/image/recipe.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import * as photos from '../pictures/photos.ts';
import { made, limits, recipeOf, refusal, transform, transformer } from './kit.ts';
import { difference, samples } from './samples.ts';

const several = recipeSchema.parse({
  outputs: [
    { name: 'negated', key: 'a/{name}', steps: ['negate'] },
    { name: 'small', key: 'b/{stem}{ext}', steps: [{ resize: { width: 32 } }, { convert: 'webp' }] },
    { name: 'grey', key: 'c/{name}', steps: ['grayscale', 'blur'] },
    { name: 'same', key: 'd/{name}', steps: [] },
  ],
});

describe('several outputs', () => {
  it.each([
    ['JPEG', () => photos.makeJpeg({ orientation: 6, profile: true }), 1],
    ['PNG of 16 bits', () => photos.makePng({ depth: 16, channels: 4 }), 1],
    ['CMYK TIFF', () => photos.makeCmykTiff(), 1],
    ['TIFF of 4 pages', () => photos.makeTiffStack(), 4],
    ['animated WebP of 4 frames', () => photos.makeAnimatedWebp(), 4],
  ])('are made of pages that are decoded once: %s', async (_title, make, pages) => {
    const source = await make();
    let decoded = 0;
    const counting = createTransformer(limits, { onDecode: () => decoded++ });
    const outputs = await counting.apply(source, await counting.inspect(source), several);
    expect(decoded).toBe(pages);
    expect(outputs.map(({ output }) => output)).toEqual(['negated', 'small', 'grey', 'same']);
    expect(outputs[1]).toMatchObject({ format: 'webp', contentType: 'image/webp', width: 32, height: 21 });
    // No steps: not a byte is another.
    expect(Buffer.from(outputs[3]?.bytes ?? []).equals(source)).toBe(true);
  });

  it('are what each would be alone', async () => {
    for (const source of [await photos.makePng({ depth: 16, channels: 4 }), await photos.makeTiffStack()]) {
      const outputs = await transform(source, several);
      for (const [index, output] of several.outputs.entries()) {
        const alone = await made(source, recipeSchema.parse({ outputs: [output] }));
        const together = outputs[index];
        if (together === undefined) throw new Error('an output is missing');
        const found = difference(await samples(alone.bytes), await samples(together.bytes));
        expect(found.max, output.name).toBeLessThanOrEqual(output.name === 'small' ? 3 : 0);
      }
    }
  });

  it('decode nothing where colours are negated in the file', async () => {
    let decoded = 0;
    const counting = createTransformer(limits, { onDecode: () => decoded++ });
    for (const source of [await photos.makeAnimatedGif(), await photos.makePalettePng()]) {
      await counting.apply(source, await counting.inspect(source), defaultRecipe);
    }
    expect(decoded).toBe(0);
  });
});

describe('the same input and recipe give the same bytes', () => {
  it.each([
    ['JPEG', () => photos.makeJpeg({ exif: true, profile: true })],
    ['PNG', () => photos.makePng({ channels: 4 })],
    ['WebP', () => photos.makeWebp()],
    ['AVIF', () => photos.makeAvif()],
    ['TIFF', () => photos.makeTiffStack()],
    ['animated GIF', () => photos.makeAnimatedGif()],
  ])('%s', async (_title, make) => {
    const source = await make();
    for (const recipe of [defaultRecipe, recipeOf('blur', { resize: { width: 50 } }), several]) {
      const digest = async () =>
        (await transform(source, recipe)).map(({ bytes }) => Buffer.from(bytes).toString('base64'));
      const [first, second, third] = await Promise.all([digest(), digest(), digest()]);
      expect(second).toEqual(first);
      expect(third).toEqual(first);
    }
  });
});

describe('convert', () => {
  const formats = ['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'];

  it.each(formats)('writes %s from every kind of image', async (format) => {
    for (const source of [
      await photos.makeJpeg(),
      await photos.makeJpeg({ channels: 1 }),
      await photos.makeCmykJpeg(),
      await photos.makePng({ channels: 2, depth: 16 }),
      await photos.makePng({ channels: 4 }),
      await photos.makePalettePng(),
      await photos.makeWebp(),
      await photos.makeAvif(),
      await photos.makeGif(),
      await photos.makeTiff({ depth: 16 }),
    ]) {
      const output = await made(source, recipeOf({ convert: format }));
      expect(output).toMatchObject({
        format,
        width: 96,
        height: 64,
        pages: 1,
        contentType: `image/${format}`,
      });
    }
  });

  it('keeps 16 bits, grey and CMYK where the format can', async () => {
    const space = async (source: Buffer, format: string) =>
      (await sharp((await made(source, recipeOf({ convert: format }))).bytes).metadata()).space;
    expect(await space(await photos.makePng({ depth: 16 }), 'tiff')).toBe('rgb16');
    expect(await space(await photos.makeTiff({ depth: 16, channels: 1 }), 'png')).toBe('grey16');
    expect(await space(await photos.makePng({ channels: 1 }), 'jpeg')).toBe('b-w');
    expect(await space(await photos.makeCmykTiff(), 'jpeg')).toBe('cmyk');
    expect(await space(await photos.makeCmykJpeg(), 'png')).toBe('srgb');
  });

  it('puts a background behind transparency where the format has none, after the steps', async () => {
    const source = await photos.makePng({ channels: 4 });
    const convert = { format: 'jpeg', background: '#ff0000', quality: 100, chromaSubsampling: '4:4:4' };
    const { values } = await samples((await made(source, recipeOf('negate', { convert }))).bytes);
    // The left edge of the test picture is clear; had it been negated afterwards, it would be cyan.
    expect(values[0]).toBeGreaterThan(250);
    expect(values[1]).toBeLessThan(5);
  });

  it('passes the settings on', async () => {
    const source = await photos.makePng({ width: 200, height: 150 });
    const size = async (convert: unknown) => (await made(source, recipeOf({ convert }))).bytes.length;
    expect(await size({ format: 'jpeg', quality: 20 })).toBeLessThan((await size('jpeg')) / 2);
    expect(await size({ format: 'webp', lossless: true })).toBeGreaterThan((await size('webp')) * 2);
    expect(await size({ format: 'png', compressionLevel: 0 })).toBeGreaterThan(await size('png'));
    expect(await size({ format: 'png', palette: true, colours: 8 })).toBeLessThan((await size('png')) / 2);
    expect(await size({ format: 'tiff', compression: 'none' })).toBeGreaterThan(200 * 150 * 3);
    expect(await size({ format: 'avif', quality: 10 })).toBeLessThan(await size('avif'));
    expect(await size({ format: 'gif', colours: 4 })).toBeLessThan(await size('gif'));
    for (const compression of ['lzw', 'deflate', 'packbits', 'jpeg']) {
      expect(await size({ format: 'tiff', compression }), compression).toBeLessThan(200 * 150 * 3 * 1.5);
    }
    const tiled = await made(source, recipeOf({ convert: { format: 'tiff', tile: true } }));
    expect((await sharp(tiled.bytes).metadata()).format).toBe('tiff');
    const twelve = await made(
      await photos.makePng({ depth: 16 }),
      recipeOf({ convert: { format: 'avif', bitdepth: 12 } }),
    );
    expect((await sharp(twelve.bytes).metadata()).bitsPerSample).toBe(12);
  });
});

describe('what a recipe cannot do to an image is refused with what to do', () => {
  it('a rectangle beyond the edge', async () => {
    const work = made(await photos.makeJpeg(), recipeOf({ crop: { left: 90, width: 20, height: 10 } }));
    expect(await refusal(work)).toMatch(/^step-impossible: The image has 96 × 64 pixels here/);
  });

  it('a step on RGB where the image is CMYK and stays so', async () => {
    const source = await photos.makeCmykJpeg();
    expect(await refusal(made(source, recipeOf({ tint: { colour: '#804020' } })))).toMatch(
      /^step-impossible: .*CMYK/,
    );
    const converted = await made(source, recipeOf({ tint: { colour: '#804020' } }, { convert: 'png' }));
    expect((await sharp(converted.bytes).metadata()).space).toBe('srgb');
    const grey = await made(source, recipeOf('grayscale'));
    expect((await sharp(grey.bytes).metadata()).space).toBe('b-w');
  });

  it('a result larger than its format', async () => {
    const source = await photos.makePng({ width: 400, height: 2 });
    const work = made(
      source,
      recipeOf({ resize: { width: 17_000, height: 2, fit: 'fill', enlarge: true } }, { convert: 'webp' }),
    );
    expect(await refusal(work)).toMatch(/^step-impossible: .*more pixels a side/);
  });
});

describe('an attempt ends', () => {
  it('when its time is up', async () => {
    const hasty = createTransformer({ ...limits, time: 1 });
    const source = await photos.makePng({ width: 900, height: 900 });
    const work = hasty.apply(
      source,
      await hasty.inspect(source),
      recipeOf({ blur: { sigma: 40 } }, 'negate'),
    );
    expect(await refusal(work)).toMatch(/^transform-timeout: /);
  });

  it('within a pass, too, when that takes long', async () => {
    const hasty = createTransformer({ ...limits, time: 900 });
    const source = await sharp({ create: { width: 12_000, height: 9_000, channels: 3, background: '#123' } })
      .jpeg()
      .toBuffer();
    const steps = recipeOf({ blur: { sigma: 300 } }, 'sharpen', { blur: { sigma: 200 } });
    expect(await refusal(hasty.apply(source, await hasty.inspect(source), steps))).toMatch(
      /^transform-timeout: /,
    );
  });

  it('when it is told to stop', async () => {
    const source = await photos.makePng();
    const facts = await transformer.inspect(source);
    const work = transformer.apply(source, facts, defaultRecipe, AbortSignal.abort());
    expect(await refusal(work)).toMatch(/^interrupted: /);
  });
});
