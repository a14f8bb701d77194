import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { defaultRecipe, recipeSchema } from '../../src/image/recipe.ts';
import { jpegSegments } from '../../src/transform/jpeg/segments.ts';
import { readPngChunks } from '../../src/transform/png/chunks.ts';
import { readWebpChunks } from '../../src/transform/webp/chunks.ts';
import { chunk } from '../pictures/broken.ts';
import * as photos from '../pictures/photos.ts';
import { made, recipeOf } from './kit.ts';
import { difference, samples } from './samples.ts';

const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>';
const all = { exif: true, profile: true, orientation: 6, xmp } as const;
const strip = (...steps: unknown[]) => recipeSchema.parse({ outputs: [{ steps, metadata: 'strip' }] });

/** A segment as it stands in a JPEG. */
function segment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

describe('what an image says about itself stays', () => {
  it.each([
    ['JPEG', () => photos.makeJpeg(all)],
    ['PNG', () => photos.makePng(all)],
    ['WebP', () => photos.makeWebp(all)],
    ['AVIF', () => photos.makeAvif({ exif: true, profile: true, xmp })],
    ['TIFF', () => photos.makeTiff({ profile: true, orientation: 6, xmp })],
  ])('through a negation: %s', async (title, make) => {
    const source = await make();
    const [before, after] = [
      await sharp(source).metadata(),
      await sharp((await made(source, defaultRecipe)).bytes).metadata(),
    ];
    expect(after.icc).toEqual(before.icc);
    expect(after.xmp).toEqual(before.xmp);
    expect(after.orientation).toBe(before.orientation);
    expect(before.icc?.length).toBeGreaterThan(100);
    if (title !== 'AVIF') expect(after.exif).toEqual(before.exif);
    // The pixels are not turned.
    expect([after.width, after.height]).toEqual([before.width, before.height]);
  });

  it('byte for byte in a JPEG: comments, IPTC, makers’ segments, in their order', async () => {
    const plain = await photos.makeJpeg(all);
    const extras = [
      segment(0xfe, Buffer.from('taken through the microscope')),
      segment(0xed, Buffer.from('Photoshop 3.0\0 8BIM…')),
      segment(0xe5, Buffer.from('a maker’s own')),
    ];
    const source = Buffer.concat([plain.subarray(0, 2), ...extras, plain.subarray(2)]);
    const output = Buffer.from((await made(source, defaultRecipe)).bytes);
    const described = (bytes: Buffer) =>
      [...jpegSegments(bytes)]
        .filter(({ marker }) => (marker > 0xe0 && marker < 0xf0) || marker === 0xfe)
        .map(({ start, end }) => bytes.subarray(start, end).toString('latin1'));
    expect(described(source).length).toBeGreaterThan(5);
    expect(described(output)).toEqual(described(source));
  });

  it('but the index of pictures behind it goes, as they are not copied', async () => {
    const plain = await photos.makeJpeg();
    const index = segment(0xe2, Buffer.from('MPF\0II*\0\x08\0\0\0\0\0', 'latin1'));
    const source = Buffer.concat([plain.subarray(0, 2), index, plain.subarray(2)]);
    expect(Buffer.from((await made(source, defaultRecipe)).bytes).includes('MPF\0')).toBe(false);
  });

  it('byte for byte in a PNG: gamma, texts, time, resolution, private chunks', async () => {
    const plain = await photos.makePng(all);
    const extras = [
      chunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f])),
      chunk('tEXt', Buffer.from('Comment\0seen on Tuesday')),
      chunk('tIME', Buffer.from([7, 0xea, 11, 23, 12, 0, 0])),
      chunk('prVt', Buffer.from('mine')),
    ];
    const source = Buffer.concat([plain.subarray(0, 33), ...extras, plain.subarray(33)]);
    const output = Buffer.from((await made(source, defaultRecipe)).bytes);
    const described = (bytes: Buffer) =>
      readPngChunks(bytes)
        .filter(({ type }) => !['IHDR', 'IDAT', 'IEND'].includes(type))
        .map(({ type, data }) => `${type} ${data.toString('latin1')}`)
        .sort();
    expect(described(output)).toEqual(described(source));
    expect(described(source).length).toBeGreaterThan(6);
  });

  it('in a WebP, still or animated', async () => {
    for (const source of [await photos.makeWebp(all), await animatedWithExif()]) {
      const output = Buffer.from((await made(source, defaultRecipe)).bytes);
      const described = (bytes: Buffer) =>
        readWebpChunks(bytes)
          .filter(({ type }) => ['ICCP', 'EXIF', 'XMP '].includes(type))
          .map(({ type, data }) => `${type} ${data.toString('latin1')}`);
      expect(described(source).length).toBeGreaterThan(0);
      expect(described(output)).toEqual(described(source));
      await sharp(output, { pages: -1, failOn: 'warning' }).stats();
    }
  });

  it('through a resize, with the new size in it', async () => {
    const output = await made(await photos.makeJpeg(all), recipeOf({ resize: { width: 48 } }));
    const metadata = await sharp(output.bytes).metadata();
    expect(metadata).toMatchObject({ width: 48, height: 32, orientation: 6, hasProfile: true });
    expect(metadata.exif?.includes('Kuvaputki')).toBe(true);
  });

  it('through a conversion, where the format can hold it', async () => {
    const source = await photos.makeJpeg(all);
    for (const format of ['png', 'webp', 'avif', 'tiff']) {
      const metadata = await sharp((await made(source, recipeOf({ convert: format }))).bytes).metadata();
      expect(metadata.hasProfile, format).toBe(true);
    }
  });

  it.each(['avif', 'gif'])('upright in a format that has no orientation of its own: %s', async (format) => {
    const output = await made(await photos.makeJpeg(all), recipeOf('negate', { convert: format }));
    expect(output).toMatchObject({ width: 64, height: 96 });
    expect((await sharp(output.bytes).metadata()).orientation ?? 1).toBe(1);
  });

  it('except the orientation once the pixels are upright', async () => {
    const source = await photos.makeJpeg(all);
    const output = await made(source, recipeOf('auto-orient'));
    expect(output).toMatchObject({ width: 64, height: 96 });
    const metadata = await sharp(output.bytes).metadata();
    expect(metadata.orientation ?? 1).toBe(1);
    expect(metadata.exif?.includes('Kuvaputki')).toBe(true);
  });
});

describe('what an image says about itself is stripped', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff'])('all of it: %s', async (format) => {
    const output = await made(await photos.makeJpeg(all), strip('negate', { convert: format }));
    const metadata = await sharp(output.bytes).metadata();
    expect([metadata.icc, metadata.xmp, metadata.orientation ?? 1]).toEqual([undefined, undefined, 1]);
    expect(metadata.exif?.includes('Kuvaputki') ?? false).toBe(false);
  });

  it('and the picture looks the same: upright, its colours converted to sRGB', async () => {
    const source = await photos.makePng(all);
    const output = await made(source, strip());
    expect(output).toMatchObject({ width: 64, height: 96 });
    const shown = await sharp(source).autoOrient().png().toBuffer();
    expect(difference(await samples(shown), await samples(output.bytes)).max).toBeLessThanOrEqual(1);
  });

  it('after the steps: the values that are negated are those that are stored', async () => {
    const source = await photos.makePng({ profile: true });
    const negated = await made(source, defaultRecipe);
    const shown = await sharp(negated.bytes).png().toBuffer();
    const stripped = await made(source, strip('negate'));
    expect(difference(await samples(shown), await samples(stripped.bytes)).max).toBeLessThanOrEqual(1);
  });
});

async function animatedWithExif(): Promise<Buffer> {
  const animated = await photos.makeAnimatedWebp();
  const exif = readWebpChunks(await photos.makeWebp(all)).find(({ type }) => type === 'EXIF');
  if (exif === undefined) throw new Error('no EXIF');
  const data = Buffer.alloc(8 + exif.data.length + (exif.data.length & 1));
  data.write('EXIF', 0);
  data.writeUInt32LE(exif.data.length, 4);
  exif.data.copy(data, 8);
  const whole = Buffer.concat([animated, data]);
  whole.writeUInt32LE(whole.length - 8, 4);
  whole[20] = (whole[20] ?? 0) | 0x08;
  return whole;
}
