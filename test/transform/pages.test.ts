import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { defaultRecipe, type Recipe } from '../../src/image/recipe.ts';
import { limitsSchema } from '../../src/transform/limits.ts';
import { readTiff } from '../../src/transform/tiff/read.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import * as photos from '../pictures/photos.ts';
import { makeTiffPages } from '../pictures/tiff.ts';
import { made, recipeOf, refusal, transformer } from './kit.ts';
import { negationError, samples } from './samples.ts';

const grey = (width: number, height: number, value: number) => Buffer.alloc(width * height, value);

const unequal = [
  { width: 20, height: 10, pixels: grey(20, 10, 9), description: 'ImageJ=1.53\nimages=3', resolution: 300 },
  {
    width: 5,
    height: 40,
    pixels: grey(5, 40, 99),
    privateTag: { tag: 65_001, data: Buffer.from('calibration') },
  },
  { width: 31, height: 7, pixels: grey(31, 7, 200), newSubfileType: 2 },
];

describe('the pages of a TIFF', () => {
  it.each([
    ['little-endian', {}],
    ['big-endian', { bigEndian: true }],
    ['BigTIFF', { bigTiff: true }],
    ['big-endian BigTIFF', { bigEndian: true, bigTiff: true }],
  ])('are all negated, though their sizes differ: %s', async (_title, layout) => {
    const source = makeTiffPages(unequal, layout);
    const output = await made(source, defaultRecipe);
    expect(output).toMatchObject({ format: 'tiff', pages: 3, width: 20, height: 10 });
    for (const [page, { width, height, pixels }] of unequal.entries()) {
      const after = await samples(output.bytes, { page });
      expect(after).toMatchObject({ width, height });
      expect([...new Set(after.values)]).toEqual([255 - (pixels[0] ?? 0)]);
    }
  });

  it.each([
    {},
    { bigEndian: true },
  ])('keep their tags: description, resolution, private ones (%o)', async (layout) => {
    const file = readTiff(Buffer.from((await made(makeTiffPages(unequal, layout), defaultRecipe)).bytes));
    const [first, second, third] = file.pages;
    expect(first?.entries.get(270)?.value.toString()).toBe('ImageJ=1.53\nimages=3\0');
    expect(first?.entries.get(282)?.value).toEqual(Buffer.from([44, 1, 0, 0, 1, 0, 0, 0]));
    expect(second?.entries.get(65_001)?.value.toString()).toBe('calibration');
    expect(third?.entries.get(254)?.value.readUInt32LE()).toBe(2);
  });

  it('keep OME-XML while it is true, and lose it with a step after which its sizes would be wrong', async () => {
    const description =
      '<?xml version="1.0"?><OME><Image><Pixels SizeX="20" SizeY="10" PhysicalSizeX="0.325"/></Image></OME>';
    const source = makeTiffPages([
      { width: 20, height: 10, pixels: grey(20, 10, 9), description },
      ...unequal,
    ]);
    const texts = async (recipe: Recipe): Promise<(string | undefined)[]> =>
      readTiff(Buffer.from((await made(source, recipe)).bytes)).pages.map(({ entries }) =>
        entries.get(270)?.value.toString('latin1'),
      );
    expect((await texts(defaultRecipe))[0]).toBe(`${description}\0`);
    const [first, second] = await texts(recipeOf({ rotate: { angle: 90 } }));
    expect(first).toBeUndefined();
    expect(second).toBe('ImageJ=1.53\nimages=3\0');
  });

  it('that are a pyramid stay one: each level is negated, and still says that it is one', async () => {
    const settings = { pyramid: true, tile: true, tileWidth: 128, tileHeight: 128 };
    const source = await photos.makeTiff({ width: 600, height: 400, settings });
    const output = Buffer.from((await made(source, defaultRecipe)).bytes);
    const levels = readTiff(source).pages;
    expect(levels.length).toBeGreaterThan(2);
    expect(readTiff(output).pages.map(({ entries }) => entries.get(254)?.value)).toEqual(
      levels.map(({ entries }) => entries.get(254)?.value),
    );
    for (const page of levels.keys()) {
      const { max } = negationError(await samples(source, { page }), await samples(output, { page }));
      expect(max, `level ${page}`).toBe(0);
    }
  });

  it('whose colours were multiplied by their transparency come out with the two apart', async () => {
    const colours = Buffer.from([100, 50, 0, 128, 200, 100, 50, 255]);
    const apart = await photos
      .fromPixels({ data: colours, width: 2, height: 1, channels: 4, depth: 8 })
      .tiff({ compression: 'none' })
      .toBuffer();
    const together = Buffer.from(apart);
    // ExtraSamples, whose value stands in the entry: 1 is associated alpha, 2 is not (TIFF 6.0, section 18).
    const at = together.indexOf(Buffer.from([0x52, 0x01, 3, 0, 1, 0, 0, 0, 2, 0]));
    expect(at).toBeGreaterThan(0);
    together.writeUInt16LE(1, at + 8);
    const output = Buffer.from((await made(together, defaultRecipe)).bytes);
    expect(readTiff(output).pages[0]?.entries.get(338)?.value.readUInt16LE()).toBe(2);
    // 100 of 128 is 199 of 255.
    expect([...(await samples(output)).values]).toEqual([56, 156, 255, 128, 55, 155, 205, 255]);
  });

  it('are counted and weighed by the largest', async () => {
    const facts = await transformer.inspect(makeTiffPages(unequal));
    expect(facts).toMatchObject({ pages: 3, width: 20, height: 10, largestPage: 217 });
  });

  it('go through steps one by one, rotation too', async () => {
    const output = await made(makeTiffPages(unequal), recipeOf({ rotate: { angle: 90 } }));
    expect(output).toMatchObject({ pages: 3, width: 10, height: 20 });
    expect((await sharp(output.bytes, { page: 1 }).metadata()).width).toBe(40);
  });

  it('are equal to those of a stack that libvips reads at once', async () => {
    const source = await photos.makeTiffStack({ frames: 5 });
    const output = await made(source, defaultRecipe);
    expect(output.pages).toBe(5);
    const [before, after] = [
      await samples(source, { pages: -1 }),
      await samples(output.bytes, { pages: -1 }),
    ];
    expect(negationError(before, after)).toEqual({ max: 0, mean: 0 });
  });

  it('are never dropped in silence by a format that holds one', async () => {
    const source = makeTiffPages(unequal);
    expect(await refusal(made(source, recipeOf({ convert: 'png' })))).toMatch(/^step-impossible: .*3 pages/);
    const first = await made(source, recipeOf({ convert: { format: 'png', pages: 'first' } }));
    expect(first).toMatchObject({ format: 'png', width: 20, height: 10, pages: 1 });
  });

  it('cannot become an animation while their sizes differ', async () => {
    expect(await refusal(made(makeTiffPages(unequal), recipeOf({ convert: 'gif' })))).toMatch(
      /^step-impossible: .*one size/,
    );
  });

  it('keep the EXIF of a photograph that becomes a TIFF', async () => {
    const source = await photos.makeJpeg({ exif: true, orientation: 6 });
    const file = readTiff(Buffer.from((await made(source, recipeOf({ convert: 'tiff' }))).bytes));
    const tags = file.pages[0]?.entries;
    expect(tags?.get(33_432)?.value.toString()).toBe('Kuvaputki\0');
    expect(tags?.get(274)?.value.readUInt16LE()).toBe(6);
    expect(tags?.has(34_665)).toBe(true);
  });

  it('end the texts of EXIF that a camera left without an end', async () => {
    const source = await photos.makeAvif({ exif: true });
    const at = source.indexOf('Kuvaputki\0');
    source[at + 9] = 0x21;
    const output = await made(source, recipeOf({ convert: 'tiff' }));
    expect(readTiff(Buffer.from(output.bytes)).pages[0]?.entries.get(33_432)?.value.toString()).toBe(
      'Kuvaputki!\0',
    );
    expect(await refusal(made(output.bytes, recipeOf('blur')))).toBe('accepted');
  });
});

describe('a file that is more than its pages', () => {
  const preview = { width: 4, height: 4, pixels: grey(4, 4, 1), newSubfileType: 1, subDirectory: true };

  it('is refused when it is a camera raw file: only its preview would be left', async () => {
    const careful = createTransformer(limitsSchema.parse({}));
    expect(await refusal(careful.inspect(makeTiffPages([preview])))).toMatch(
      /^format-unsupported: .*camera raw/,
    );
    const dng = {
      ...preview,
      newSubfileType: 0,
      privateTag: { tag: 50_706, data: Buffer.from([1, 4, 0, 0, 0]) },
    };
    expect(await refusal(careful.inspect(makeTiffPages([dng])))).toMatch(/^format-unsupported: .*camera raw/);
  });

  it('is taken when a preview stands beside pages of full size', async () => {
    const plain = { ...preview, subDirectory: false };
    expect((await transformer.inspect(makeTiffPages([plain, plain]))).pages).toBe(2);
  });
});

describe('the frames of an animation', () => {
  it.each([
    ['GIF', () => photos.makeAnimatedGif({ channels: 4, loop: 3 })],
    ['WebP', () => photos.makeAnimatedWebp({ loop: 3, settings: { lossless: true } })],
    [
      'WebP with transparency',
      () => photos.makeAnimatedWebp({ channels: 4, loop: 3, settings: { lossless: true } }),
    ],
  ])('are all negated exactly, with their times and loops: %s', async (title, make) => {
    const source = await make();
    const output = await made(source, defaultRecipe);
    expect(output.pages).toBe(4);
    const [before, after] = [
      await sharp(source, { pages: -1 }).metadata(),
      await sharp(output.bytes, { pages: -1 }).metadata(),
    ];
    expect(after).toMatchObject({
      delay: [100, 120, 140, 160],
      loop: 3,
      pages: 4,
      pageHeight: before.pageHeight,
    });
    const pixels = [
      await samples(source, { pages: -1 }),
      await samples(output.bytes, { pages: -1 }),
    ] as const;
    expect(negationError(...pixels, title === 'GIF')).toEqual({ max: 0, mean: 0 });
  });

  it('stay in an animation through steps that sharp refuses for whole animations', async () => {
    const source = await photos.makeAnimatedGif({ width: 40, height: 30 });
    const output = await made(source, recipeOf({ rotate: { angle: 90 } }, { convert: 'webp' }));
    expect(output).toMatchObject({ format: 'webp', width: 30, height: 40, pages: 4 });
    expect((await sharp(output.bytes, { pages: -1 }).metadata()).delay).toEqual([100, 120, 140, 160]);
  });

  it('are refused with a reason where one is shown for longer than can be written', async () => {
    const source = Buffer.from(await photos.makeAnimatedWebp({ settings: { lossless: true } }));
    // The third 24-bit pair of a frame's header (WebP Container Specification, "Animation").
    source.writeUIntLE(70_000, source.indexOf('ANMF') + 20, 3);
    expect((await sharp(source, { pages: -1 }).metadata()).delay?.[0]).toBe(70_000);
    for (const recipe of [defaultRecipe, recipeOf({ rotate: { angle: 90 } })])
      expect(await refusal(made(source, recipe))).toContain('shown for 70.0 s, and 65.5 s is the longest');
    expect((await made(source, recipeOf({ convert: 'tiff' }))).pages).toBe(4);
  });

  it('keep their frames when equal ones follow each other, in a GIF', async () => {
    const frame = await photos.makePng({ width: 20, height: 10 });
    const source = await sharp([frame, frame, frame], { join: { animated: true, across: 1 } })
      .gif({ delay: [50, 60, 70], keepDuplicateFrames: true })
      .toBuffer();
    expect((await made(source, defaultRecipe)).pages).toBe(3);
    expect((await made(source, recipeOf('blur'))).pages).toBe(3);
  });

  it('become pages of a TIFF', async () => {
    const output = await made(await photos.makeAnimatedWebp(), recipeOf({ convert: 'tiff' }));
    expect(output).toMatchObject({ format: 'tiff', pages: 4 });
  });

  it('are refused by a format that holds one picture', async () => {
    const work = made(await photos.makeAnimatedGif(), recipeOf('negate', { convert: 'jpeg' }));
    expect(await refusal(work)).toMatch(/^step-impossible: .*4 pages/);
  });
});
