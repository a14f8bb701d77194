/** The readers of headers, which see strangers' bytes before anything else does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageFormats } from '../../src/image/format.ts';
import { KuvaError } from '../../src/image/failure.ts';
import { formatReaders } from '../../src/transform/formats.ts';
import { sniff } from '../../src/transform/sniff.ts';
import { readTiff } from '../../src/transform/tiff/read.ts';
import { readGifBlocks } from '../../src/transform/gif/blocks.ts';
import { foreignMakers } from '../pictures/foreign.ts';
import * as photos from '../pictures/photos.ts';

const small = { width: 24, height: 16 };
const sound: Readonly<Record<(typeof imageFormats)[number], Buffer>> = {
  jpeg: await photos.makeJpeg({ ...small, exif: true }),
  png: await photos.makePng({ ...small, exif: true }),
  webp: await photos.makeWebp({ ...small, exif: true }),
  avif: await photos.makeAvif(small),
  tiff: await photos.makeTiff({ ...small, exif: true }),
  gif: await photos.makeAnimatedGif({ ...small, frames: 3 }),
  svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><use href="#a"/></svg>'),
  heic: await foreignMakers.heic(),
  jxl: await foreignMakers.jxl(),
  jp2: await foreignMakers.jp2(),
  ico: await foreignMakers.ico(),
  psd: await foreignMakers.psd(),
  bmp: await foreignMakers.bmp(),
  pnm: await foreignMakers.pnm(),
  fits: await foreignMakers.fits(),
  dicom: await foreignMakers.dicom(),
  exr: await foreignMakers.exr(),
  raw: await foreignMakers.raw(),
};

function readAll(bytes: Buffer, format: (typeof imageFormats)[number]): void {
  for (const read of [
    () => sniff(bytes),
    () => formatReaders[format].pages(bytes),
    () => {
      formatReaders[format].check(bytes);
    },
  ]) {
    try {
      read();
    } catch (thrown) {
      // Anything else would be a fault of ours.
      if (!(thrown instanceof KuvaError)) throw thrown;
    }
  }
}

describe.each(imageFormats)('the readers of %s', (format) => {
  it('read a damaged file or refuse it with a reason, whatever was changed', { timeout: 60_000 }, () => {
    const source = sound[format];
    const change = fc.tuple(fc.nat(source.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 12 }),
        fc.nat(source.length),
        fc.uint8Array({ maxLength: 40 }),
        (changes, cut, tail) => {
          const bytes = Buffer.concat([source.subarray(0, cut), tail, source.subarray(cut)]);
          for (const [at, value] of changes) bytes[at] = value;
          readAll(bytes, format);
          readAll(bytes.subarray(0, cut), format);
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('headers that would be read for hours', () => {
  it('are refused: a TIFF whose directories lie over each other', () => {
    // Every two bytes begins a directory of the same thousands of entries, each of which leads to the next.
    const bytes = Buffer.alloc(800_000);
    bytes.write('II*\0', 'latin1');
    bytes.writeUInt32LE(8, 4);
    for (let at = 8; at < 40_008; at += 2) bytes.writeUInt16LE(60_000, at);
    for (let at = 8; at < 40_008; at += 2)
      bytes.writeUInt32LE(Math.min(at + 2, 40_006), at + 2 + 60_000 * 12);
    const begun = performance.now();
    expect(() => readTiff(bytes)).toThrow(/image-damaged|lie over each other|circle|cut short/);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('are refused: a GIF of a million frames', () => {
    const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0]);
    const head = Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1');
    expect(() => readGifBlocks(Buffer.concat([head, ...Array.from({ length: 1e6 }, () => frame)]))).toThrow(
      /frames/,
    );
  });
});
