import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../src/image/recipe.ts';
import * as photos from '../pictures/photos.ts';
import { convert, generate, imageMagick } from './imagemagick.ts';
import { made, negatedPixels } from './kit.ts';
import { negationError, samples } from './samples.ts';

/** Pictures in formats without loss: format, depth, colour model, alpha, profile, orientation, layout. */
const lossless: Record<string, () => Promise<Buffer>> = {
  ...Object.fromEntries(
    ([1, 2, 3, 4] as const).flatMap((channels) =>
      ([8, 16] as const).flatMap((depth) => [
        [`PNG, ${channels} channels, ${depth} bits`, () => photos.makePng({ channels, depth })],
        [`TIFF, ${channels} channels, ${depth} bits`, () => photos.makeTiff({ channels, depth })],
      ]),
    ),
  ),
  'PNG with a profile and an orientation': () => photos.makePng({ profile: true, orientation: 6 }),
  'PNG, 16 bits, with a profile': () => photos.makePng({ depth: 16, profile: true }),
  'PNG, interlaced': () => photos.makePng({ settings: { progressive: true } }),
  'PNG with a palette': () => photos.makePalettePng(),
  'PNG with a palette and transparency': () => photos.makePalettePng({ channels: 4 }),
  'PNG with a palette of 2 colours': () => photos.makePalettePng({ settings: { colours: 2 } }),
  'TIFF with a profile and an orientation': () => photos.makeTiff({ profile: true, orientation: 8 }),
  'TIFF, uncompressed': () => photos.makeTiff({ settings: { compression: 'none' } }),
  'TIFF, deflate, tiled': () =>
    photos.makeTiff({
      width: 200,
      height: 150,
      settings: { compression: 'deflate', tile: true, tileWidth: 64, tileHeight: 64 },
    }),
  'TIFF, 1 bit, fax': () =>
    photos.makeTiff({ channels: 1, settings: { compression: 'ccittfax4', bitdepth: 1 } }),
  'TIFF, CMYK': () => photos.makeCmykTiff(),
  GIF: () => photos.makeGif(),
  'GIF with transparency': () => photos.makeGif({ channels: 4 }),
  'WebP, lossless': () => photos.makeWebp({ settings: { lossless: true } }),
  'WebP, lossless, with transparency': () => photos.makeWebp({ channels: 4, settings: { lossless: true } }),
};

const names: Record<string, string> = {
  PNG: 'png',
  TIFF: 'tiff',
  GIF: 'gif',
  WebP: 'webp',
  JPEG: 'jpg',
  AVIF: 'avif',
};
const formatName = (title: string) => names[title.split(/[ ,]/)[0] ?? ''] ?? '';

describe('negating a format without loss', () => {
  for (const [title, make] of Object.entries(lossless)) {
    it(`is exact, keeps the alpha channel and the depth: ${title}`, async () => {
      const source = await make();
      const output = await made(source, defaultRecipe);
      const [before, after] = [await samples(source), await samples(output.bytes)];
      expect(after.space).toBe(before.space);
      expect(negationError(before, after, title.startsWith('GIF'))).toEqual({ max: 0, mean: 0 });
      // And a second time gives the source back.
      const twice = await made(output.bytes, defaultRecipe);
      expect(
        Buffer.compare(Buffer.from((await samples(twice.bytes)).values), Buffer.from(before.values)),
      ).toBe(0);
    });

    it.skipIf(imageMagick === undefined)(`equals ImageMagick within a level: ${title}`, async () => {
      const source = await make();
      const output = await made(source, defaultRecipe);
      const format = formatName(title);
      // Both are read by ImageMagick, so that only the negation is compared.
      const read = (bytes: Buffer, settings: string[]) =>
        convert(
          bytes,
          format,
          [...settings, '-alpha', 'set', '-depth', '16'],
          title.includes('CMYK') ? 'cmyka' : 'rgba',
        );
      const theirs = read(source, ['-negate']);
      const ours = read(Buffer.from(output.bytes), []);
      expect(ours.length).toBe(theirs.length);
      const level = title.includes('16 bits') ? 1 : 257;
      let worst = 0;
      for (let at = 0; at < ours.length; at += 2) {
        worst = Math.max(worst, Math.abs(ours.readUInt16LE(at) - theirs.readUInt16LE(at)));
      }
      expect(worst).toBeLessThanOrEqual(level);
    });
  }
});

const plasma = ['-seed', '7', '-size', '96x64', 'plasma:'];

/** Kinds that sharp cannot write, so ImageMagick makes them. */
const foreign: Record<string, string[]> = {
  'TIFF, grey, 2 bits': ['-colorspace', 'Gray', '-depth', '2', 'tiff:-'],
  'TIFF, grey, 4 bits': ['-colorspace', 'Gray', '-depth', '4', 'tiff:-'],
  'TIFF with a palette': ['-colors', '16', '-type', 'Palette', 'tiff:-'],
  'TIFF, white is 0': [
    '-colorspace',
    'Gray',
    '-depth',
    '8',
    '-define',
    'quantum:polarity=min-is-white',
    'tiff:-',
  ],
  'TIFF, white is 0, 16 bits': [
    '-colorspace',
    'Gray',
    '-depth',
    '16',
    '-define',
    'quantum:polarity=min-is-white',
    'tiff:-',
  ],
  'TIFF, big-endian, 16 bits': ['-depth', '16', '-define', 'tiff:endian=msb', 'tiff:-'],
  'TIFF, CMYK, 16 bits': ['-colorspace', 'CMYK', '-depth', '16', 'tiff:-'],
  'TIFF, JPEG inside': ['-depth', '8', '-compress', 'JPEG', 'tiff:-'],
  'TIFF, packbits': ['-depth', '8', '-compress', 'RLE', 'tiff:-'],
  'TIFF, planes apart': ['-depth', '8', '-interlace', 'plane', 'tiff:-'],
  'PNG, grey, 1 bit': ['-monochrome', '-define', 'png:color-type=0', '-define', 'png:bit-depth=1', 'png:-'],
  'PNG, grey, 2 bits': [
    '-colorspace',
    'Gray',
    '-depth',
    '2',
    '-define',
    'png:color-type=0',
    '-define',
    'png:bit-depth=2',
    'png:-',
  ],
  'PNG, grey, 4 bits, interlaced': [
    '-colorspace',
    'Gray',
    '-depth',
    '4',
    '-define',
    'png:color-type=0',
    '-define',
    'png:bit-depth=4',
    '-interlace',
    'PNG',
    'png:-',
  ],
  'PNG, palette of 4 bits': [
    '-colors',
    '12',
    '-define',
    'png:color-type=3',
    '-define',
    'png:bit-depth=4',
    'png:-',
  ],
};

describe.skipIf(imageMagick === undefined)('negating what ImageMagick wrote', () => {
  for (const [title, settings] of Object.entries(foreign)) {
    it(`is exact: ${title}`, async () => {
      const source = generate([...plasma, ...settings]);
      const output = await made(source, defaultRecipe);
      const [before, after] = [await samples(source), await samples(output.bytes)];
      expect(negationError(before, after)).toEqual({ max: 0, mean: 0 });
      const format = formatName(title);
      const same = (bytes: Buffer, more: string[]) =>
        convert(bytes, format, [...more, '-depth', '16'], title.includes('CMYK') ? 'cmyk' : 'rgb');
      const [theirs, ours] = [same(source, ['-negate']), same(Buffer.from(output.bytes), [])];
      let worst = 0;
      for (let at = 0; at < ours.length; at += 2) {
        worst = Math.max(worst, Math.abs(ours.readUInt16LE(at) - theirs.readUInt16LE(at)));
      }
      expect(ours.length).toBe(theirs.length);
      expect(worst).toBeLessThanOrEqual(title.includes('16 bits') ? 1 : 257);
    });
  }

  it('a small grey PNG stays as small, in bits and bytes', async () => {
    const source = generate([...plasma, ...(foreign['PNG, grey, 1 bit'] ?? [])]);
    const output = Buffer.from((await made(source, defaultRecipe)).bytes);
    expect(output[24]).toBe(1);
    expect(output.length).toBeLessThan(source.length * 1.3);
  });
});

/** Pictures in formats with loss. */
const lossy: Record<string, () => Promise<Buffer>> = {
  'JPEG, quality 50': () => photos.makeJpeg({ quality: 50 }),
  'JPEG, quality 85': () => photos.makeJpeg(),
  'JPEG, quality 97, all colours': () =>
    photos.makeJpeg({ quality: 97, settings: { chromaSubsampling: '4:4:4' } }),
  'JPEG, progressive, profile, orientation': () =>
    photos.makeJpeg({ settings: { progressive: true }, profile: true, orientation: 6 }),
  'JPEG, grey': () => photos.makeJpeg({ channels: 1 }),
  'JPEG, CMYK': () => photos.makeCmykJpeg(),
  'WebP, lossy': () => photos.makeWebp(),
};

describe('negating a format with loss', () => {
  const cases = Object.entries(lossy).flatMap(([title, make]) => [
    { title, make, recipe: defaultRecipe },
    ...(title.startsWith('JPEG') ? [{ title: `${title}, decoded`, make, recipe: negatedPixels }] : []),
  ]);
  for (const { title, make, recipe } of cases) {
    it(`loses no more than ImageMagick does: ${title}`, async ({ skip }) => {
      if (imageMagick === undefined) return skip('no ImageMagick on this machine');
      const source = await make();
      const before = await samples(source);
      const ours = negationError(before, await samples((await made(source, recipe)).bytes));
      const theirs = negationError(before, await samples(convert(source, formatName(title), ['-negate'])));
      // Two sound encoders differ by their rounding; docs/decisions has the numbers of larger pictures.
      expect(ours.mean).toBeLessThanOrEqual(theirs.mean * 1.05 + 0.02);
      expect(ours.max).toBeLessThanOrEqual(theirs.max + 2);
    });
  }

  it.each([
    ['8', () => photos.makeAvif(), 6],
    ['10', () => photos.makeAvif({ depth: 16, settings: { bitdepth: 10 } }), 6 * 257],
    ['12', () => photos.makeAvif({ depth: 16, settings: { bitdepth: 12 } }), 6 * 257],
  ])('stays close to the source and keeps its bits: AVIF of %s bits', async (bits, make, mean) => {
    const source = await make();
    const output = await made(source, defaultRecipe);
    const [before, after] = [await samples(source), await samples(output.bytes)];
    expect(negationError(before, after).mean).toBeLessThan(mean);
    expect(await bitsOf(output.bytes)).toBe(Number(bits));
  });

  it('keeps the transparency of a lossy WebP exactly', async () => {
    const source = await photos.makeWebp({ channels: 4 });
    const output = await made(source, defaultRecipe);
    const [before, after] = [await samples(source), await samples(output.bytes)];
    const alpha = (values: Uint8Array | Uint16Array) => values.filter((_, at) => at % 4 === 3);
    expect(alpha(after.values)).toEqual(alpha(before.values));
  });
});

async function bitsOf(bytes: Uint8Array): Promise<number | undefined> {
  const { default: sharp } = await import('sharp');
  return (await sharp(bytes).metadata()).bitsPerSample;
}
