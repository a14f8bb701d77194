import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../../src/transform/frame.ts';
import { readMetadata } from '../../../src/transform/inspect.ts';
import { jpegFacts } from '../../../src/transform/jpeg/facts.ts';
import { makeCmykJpeg, makeJpeg } from '../../pictures/photos.ts';

const described = { IFD0: { Make: 'Kuva', Model: 'K-1', Artist: 'nobody' } };
const withExif = async (): Promise<Buffer> =>
  sharp(await makeJpeg())
    .keepMetadata()
    .withExif(described)
    .jpeg()
    .toBuffer();

describe('what is read of a JPEG’s header here is what libvips reads', () => {
  it.each<[string, () => Promise<Buffer>]>([
    ['colour', () => makeJpeg()],
    ['grey', () => makeJpeg({ channels: 1 })],
    ['CMYK', () => makeCmykJpeg()],
    ['progressive', () => makeJpeg({ settings: { progressive: true } })],
    ['with Huffman codes of its own', () => makeJpeg({ settings: { optimiseCoding: true } })],
    ['on its side', () => makeJpeg({ orientation: 6 })],
    ['with EXIF', withExif],
  ])('%s', async (_name, make) => {
    const bytes = await make();
    const { width, height, channels, depth, pages = 1, ...metadata } = await readMetadata(bytes, 'jpeg');
    const frame = frameOf(bytes, { width, height, channels, depth, pages, ...metadata });
    expect(jpegFacts(bytes)).toMatchObject({ width, height, channels, pages, hasAlpha: frame.hasAlpha });
    expect(depth).toBe('uchar');
  });

  it('with the texts that rules ask for, and whether it can be taken row by row', async () => {
    expect(jpegFacts(await withExif())?.tags).toEqual({ make: 'Kuva', model: 'K-1', artist: 'nobody' });
    expect(jpegFacts(await makeJpeg({ settings: { optimiseCoding: false } }))?.rowByRow).toBe(true);
    expect(jpegFacts(await makeJpeg({ settings: { progressive: true } }))?.rowByRow).toBeUndefined();
  });

  it('is left to libvips where it is out of the ordinary', async () => {
    const bytes = await withExif();
    const start = bytes.indexOf(Buffer.from([0xff, 0xe1]));
    const block = bytes.subarray(start, start + 2 + bytes.readUInt16BE(start + 2));
    expect(
      jpegFacts(Buffer.concat([bytes.subarray(0, start), block, bytes.subarray(start)])),
    ).toBeUndefined();
  });
});
