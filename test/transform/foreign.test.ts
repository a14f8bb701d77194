/** Formats that libvips does not read: decoded to plain pixels, then like any other. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { defaultRecipe, recipeSchema } from '../../src/image/recipe.ts';
import { foreignFormats } from '../../src/transform/foreign/contract.ts';
import * as foreign from '../pictures/foreign.ts';
import { fromPixels } from '../pictures/photos.ts';
import { makePixels, type PixelOptions, type Pixels } from '../pictures/pixels.ts';
import { convert, imageMagick } from './imagemagick.ts';
import { limits, made, recipeOf, refusal, transformer } from './kit.ts';
import { difference, negationError, samples } from './samples.ts';
import { createTransformer } from '../../src/transform/transformer.ts';

type Maker = (pixels: Pixels) => Buffer | Promise<Buffer>;
const kinds: readonly (readonly [title: string, options: PixelOptions, make: Maker])[] = [
  ...([1, 3] as const).flatMap((channels) =>
    ([8, 16] as const).map(
      (depth) => [`PNM, ${channels} channels, ${depth} bits`, { channels, depth }, foreign.pnm] as const,
    ),
  ),
  ...([1, 2, 3, 4] as const).flatMap((channels) =>
    ([8, 16] as const).map(
      (depth) => [`PAM, ${channels} channels, ${depth} bits`, { channels, depth }, foreign.pam] as const,
    ),
  ),
  ...([1, 3] as const).flatMap((channels) =>
    ([8, 16] as const).map(
      (depth) => [`PSD, ${channels} channels, ${depth} bits`, { channels, depth }, foreign.psd] as const,
    ),
  ),
  ['BMP', { width: 41 }, foreign.bmp],
  ['FITS, 8 bits', { channels: 1 }, (pixels) => foreign.fits(pixels)],
  ['FITS, 16 bits', { channels: 1, depth: 16 }, (pixels) => foreign.fits(pixels)],
  ['DICOM, 8 bits', { channels: 1 }, (pixels) => foreign.dicom(pixels)],
  ['DICOM, 16 bits', { channels: 1, depth: 16 }, (pixels) => foreign.dicom(pixels)],
  ['DICOM, RGB', { channels: 3 }, (pixels) => foreign.dicom(pixels)],
  ['JPEG XL', { width: 40, height: 28 }, () => foreign.byMagick('Jxl', { width: 40, height: 28 })],
  ['JPEG XL with transparency', { channels: 4 }, () => foreign.byMagick('Jxl', { channels: 4 })],
  ['JPEG 2000', { width: 40, height: 28 }, () => foreign.byMagick('Jp2', { width: 40, height: 28 })],
  [
    'icon',
    { width: 32, height: 32, channels: 4 },
    () => foreign.byMagick('Ico', { width: 32, height: 32, channels: 4 }),
  ],
];

describe('a format that libvips does not read', () => {
  it.each(
    kinds,
  )('keeps every pixel on its way into a TIFF, and its bits: %s', async (_title, options, make) => {
    const pixels = makePixels(options);
    const output = await made(await make(pixels), recipeOf({ convert: 'tiff' }));
    const reference = await fromPixels(pixels).tiff({ compression: 'none' }).toBuffer();
    expect(difference(await samples(reference), await samples(output.bytes))).toEqual({ max: 0, mean: 0 });
    const negated = await made(await make(pixels), recipeOf('negate', { convert: 'png' }));
    expect(negationError(await samples(reference), await samples(negated.bytes))).toEqual({
      max: 0,
      mean: 0,
    });
  });

  it.each(foreignFormats)('is not written: the recipe must say what comes out: %s', async (format) => {
    const source = await foreign.foreignMakers[format]();
    expect((await transformer.inspect(source)).format).toBe(format);
    expect(await refusal(made(source, defaultRecipe))).toMatch(/^step-impossible: .*read but not written/);
    const copy = await made(source, recipeSchema.parse({ outputs: [{ steps: [] }] }));
    expect(Buffer.from(copy.bytes).equals(source)).toBe(true);
    expect(copy.format).toBe(format);
  });

  it.each(foreignFormats)('is refused when it is cut short: %s', { timeout: 120_000 }, async (format) => {
    const source = await foreign.foreignMakers[format]();
    for (const part of [0.1, 0.3, 0.5, 0.7, 0.9, 0.98]) {
      const cut = source.subarray(0, Math.floor(source.length * part));
      // What follows the pixels of a FITS is filling; what follows the preview of a camera raw file is not read.
      if ((format === 'fits' || format === 'raw') && part > 0.6) continue;
      expect(await refusal(made(cut, recipeOf({ convert: 'png' }))), `${part}`).toMatch(
        /^(image-damaged|not-an-image|format-unsupported): /,
      );
    }
  });

  it.each(foreignFormats)('is held against the limits before it is decoded: %s', async (format) => {
    const source = await foreign.foreignMakers[format]();
    const strict = createTransformer({ ...limits, pixels: 300 });
    expect(await refusal(strict.inspect(source))).toMatch(/^image-too-large: /);
  });

  it.each(foreignFormats)('can be previewed: %s', async (format) => {
    const source = await foreign.foreignMakers[format]();
    const { width, height } = await transformer.inspect(source);
    expect(await transformer.preview(source, 1e9)).toMatchObject({ width, height });
  });
});

describe('a HEIC photo', () => {
  it.skipIf(imageMagick === undefined)('is decoded as ImageMagick decodes it', async () => {
    const output = await made(foreign.heic, recipeOf({ convert: 'png' }));
    const theirs = convert(foreign.heic, 'heic', ['-depth', '8'], 'png24');
    expect(difference(await samples(theirs), await samples(output.bytes)).max).toBeLessThanOrEqual(3);
  });

  it('becomes a JPEG', async () => {
    expect(await made(foreign.heic, recipeOf('negate', { convert: 'jpeg' }))).toMatchObject({
      format: 'jpeg',
      width: 24,
      height: 16,
    });
  });

  it('with more than 8 bits is refused: the decoder would cut them off', async () => {
    expect(await refusal(transformer.inspect(foreign.deepHeic()))).toMatch(
      /^format-unsupported: .*10 bits.*keeps 8/,
    );
  });
});

describe('what a foreign format cannot give without loss', () => {
  const grey = makePixels({ channels: 1, depth: 16, width: 12, height: 9 });
  it('is refused with that reason', async () => {
    const of = (bytes: Buffer) => refusal(made(bytes, recipeOf({ convert: 'png' })));
    expect(await of(Buffer.from('PF\n2 2\n-1.0\n'))).toMatch(/^format-unsupported: .*floating-point/);
    const float = Buffer.from(foreign.fits(grey));
    float.write('BITPIX  =                  -32', float.indexOf('BITPIX'), 'latin1');
    expect(await of(float)).toMatch(/^format-unsupported: .*32 bits, floating-point/);
    expect(await of(Buffer.concat([foreign.fits(grey), Buffer.from('XTENSION')]))).toMatch(
      /^format-unsupported: .*extensions/,
    );
    expect(await of(foreign.dicom(grey, { syntax: '1.2.840.10008.1.2.4.90' }))).toMatch(
      /^format-unsupported: .*compressed/,
    );
    expect(await of(Buffer.concat([foreign.pnm(grey), foreign.pnm(grey)]))).toMatch(
      /^format-unsupported: .*several/,
    );
  });

  it('is stretched where fewer bits are used than stored: DICOM of 12 bits, and 0 made black', async () => {
    const data = Buffer.alloc(8);
    [0, 1, 2048, 4095].forEach((value, at) => data.writeUInt16LE(value, at * 2));
    const pixels = { ...grey, width: 4, height: 1, data };
    const read = async (photometric: string) => [
      ...(
        await samples(
          (
            await made(foreign.dicom(pixels, { used: 12, photometric }), recipeOf({ convert: 'png' }))
          ).bytes,
        )
      ).values,
    ];
    expect(await read('MONOCHROME2')).toEqual([0, 16, 32776, 65535]);
    expect(await read('MONOCHROME1')).toEqual([65535, 65519, 32759, 0]);
  });

  it('is read from text as from bytes: PNM', async () => {
    const output = await made(Buffer.from('P2 # text\n3 1\n9\n0 3\n9\n'), recipeOf({ convert: 'png' }));
    expect([...(await samples(output.bytes)).values]).toEqual([0, 85, 255]);
    const bits = await made(Buffer.from('P1\n4 1\n0110\n'), recipeOf({ convert: 'png' }));
    expect((await sharp(bits.bytes).greyscale().raw().toBuffer()).toJSON().data).toEqual([255, 0, 0, 255]);
  });
});
