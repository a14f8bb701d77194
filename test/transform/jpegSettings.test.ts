import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chromaSubsampling, readJpegHeader } from '../../src/transform/jpeg/header.ts';
import { jpegQuality } from '../../src/transform/jpeg/quality.ts';
import * as photos from '../pictures/photos.ts';
import { generate, imageMagick } from './imagemagick.ts';
import { made, negatedPixels } from './kit.ts';

describe('the quality of a JPEG', () => {
  it('is read from its quantisation tables, for every quality that libjpeg has', async () => {
    for (let quality = 1; quality <= 100; quality++) {
      const header = readJpegHeader(await photos.makeJpeg({ width: 16, height: 16, quality }));
      expect(jpegQuality(header)).toEqual({ quality, exact: true });
    }
  });

  it.skipIf(imageMagick === undefined)('is read from files that ImageMagick wrote', () => {
    for (const quality of [10, 50, 75, 92, 100]) {
      const header = readJpegHeader(
        generate(['-size', '32x32', 'plasma:', '-quality', String(quality), 'jpg:-']),
      );
      expect(jpegQuality(header)).toEqual({ quality, exact: true });
    }
  });

  it('of other tables is the lowest that is no coarser', async () => {
    const header = readJpegHeader(await photos.makeJpeg({ quality: 80 }));
    const tables = new Map(
      [...header.tables].map(([number, table]) => [number, table.map((step) => step + 1)]),
    );
    const { quality, exact } = jpegQuality({ ...header, tables });
    expect(exact).toBe(false);
    expect(quality).toBeGreaterThan(70);
    expect(quality).toBeLessThanOrEqual(80);
  });

  it.each([30, 75, 90, 98])('is that of the source in the output: %i', async (quality) => {
    const source = await photos.makeJpeg({ quality });
    const output = Buffer.from((await made(source, negatedPixels)).bytes);
    expect(jpegQuality(readJpegHeader(output))).toEqual({ quality, exact: true });
    expect(Math.abs(output.length / source.length - 1)).toBeLessThan(0.1);
  });
});

describe('the coding of a JPEG is that of the source in the output', () => {
  it.each(['4:2:0', '4:4:4'])('chroma subsampling %s', async (subsampling) => {
    const source = await photos.makeJpeg({ settings: { chromaSubsampling: subsampling } });
    const output = Buffer.from((await made(source, negatedPixels)).bytes);
    expect(chromaSubsampling(readJpegHeader(output))).toBe(subsampling);
  });

  it.skipIf(imageMagick === undefined)('with 4:2:2 written with all colours, not with fewer', async () => {
    const source = generate(['-size', '64x48', 'plasma:', '-sampling-factor', '2x1', 'jpg:-']);
    expect(chromaSubsampling(readJpegHeader(source))).toBe('4:2:2');
    const output = Buffer.from((await made(source, negatedPixels)).bytes);
    expect(chromaSubsampling(readJpegHeader(output))).toBe('4:4:4');
  });

  it.each([true, false])('progressive: %s', async (progressive) => {
    const output = await made(await photos.makeJpeg({ settings: { progressive } }), negatedPixels);
    expect((await sharp(output.bytes).metadata()).isProgressive).toBe(progressive);
  });

  it.each([true, false])('optimised codes: %s', async (optimiseCoding) => {
    const source = await photos.makeJpeg({ settings: { optimiseCoding } });
    expect(readJpegHeader(source).optimised).toBe(optimiseCoding);
    const output = Buffer.from((await made(source, negatedPixels)).bytes);
    expect(readJpegHeader(output).optimised).toBe(optimiseCoding);
  });

  it('resolution', async () => {
    const source = await sharp(await photos.makePng())
      .withDensity(300)
      .jpeg()
      .toBuffer();
    expect((await sharp((await made(source, negatedPixels)).bytes).metadata()).density).toBe(300);
  });
});
