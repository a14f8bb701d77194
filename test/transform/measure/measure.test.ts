import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import * as photos from '../../pictures/photos.ts';
import { made, recipeOf } from '../kit.ts';

const factsOf = async (source: Buffer, ...what: string[]) =>
  (await made(source, recipeOf({ measure: what }))).facts ?? {};

const plain = (colour: string, size = 64) =>
  sharp({ create: { width: size, height: size, channels: 3, background: colour } })
    .png()
    .toBuffer();

const near = (value: number, digits: number): unknown => expect.closeTo(value, digits);
const having = (fields: Record<string, unknown>): unknown => expect.objectContaining(fields);

const apart = (one: unknown, other: unknown) => {
  let bits = BigInt(`0x${String(one)}`) ^ BigInt(`0x${String(other)}`);
  let count = 0;
  for (; bits > 0n; bits &= bits - 1n) count++;
  return count;
};

describe('measuring', () => {
  it('changes nothing: the output is the input', async () => {
    const source = await photos.makeJpeg();
    const output = await made(source, recipeOf('measure'));
    expect(Buffer.compare(output.bytes, source)).toBe(0);
    expect(output.how).toEqual({ way: 'copy' });
  });

  it('does not keep a JPEG from being negated in its coded data', async () => {
    const output = await made(await photos.makeJpeg(), recipeOf('measure', 'negate'));
    expect(output.how).toEqual({ way: 'lossless' });
    expect(output.facts).toHaveProperty('blur');
  });

  it('sees the image as it is at that step', async () => {
    const recipe = recipeOf({ measure: { what: ['mean'], as: 'before' } }, 'negate', {
      measure: { what: ['mean'], as: 'after' },
    });
    const { facts } = await made(await plain('#404040'), recipe);
    expect(facts).toMatchObject({ before: { mean: 0.251 }, after: { mean: 0.749 } });
  });

  it('tells size and format from the header', async () => {
    const source = await photos.makeTiffStack({ width: 30, height: 20, frames: 3 });
    expect(await factsOf(source, 'size')).toMatchObject({
      format: 'tiff',
      width: 30,
      height: 20,
      pages: 3,
      bytes: source.length,
    });
  });

  it('weighs brightness as the eye does, and tells each channel', async () => {
    expect(await factsOf(await plain('#00ff00'), 'mean')).toEqual({
      mean: near(0.7152, 2),
      means: [0, 1, 0],
    });
    expect(await factsOf(await plain('#ffffff'), 'mean')).toMatchObject({ mean: 1 });
  });

  it('counts pixels by value', async () => {
    const { histogram } = await factsOf(await plain('#ff0080', 10), 'histogram');
    const bins = (value: number) => Array.from({ length: 256 }, (_, at) => (at === value ? 100 : 0));
    expect(histogram).toEqual({ r: bins(255), g: bins(0), b: bins(128) });
  });

  it('finds the most common colour', async () => {
    const source = await sharp(await plain('#102030', 60))
      .composite([{ input: await plain('#f0e0d0', 30), gravity: 'northwest' }])
      .png()
      .toBuffer();
    expect(await factsOf(source, 'colour')).toEqual({ colour: '#102030' });
  });

  it('tells a blurred picture from a sharp one, and one without detail from both', async () => {
    const source = await photos.makePng();
    const soft = await sharp(source).blur(4).png().toBuffer();
    const blur = async (image: Buffer) => Number((await factsOf(image, 'blur'))['blur']);
    expect(await blur(source)).toBeLessThan(await blur(soft));
    expect(await blur(await plain('#808080'))).toBe(1);
  });

  it('computes the variance of the Laplacian as its definition says', async () => {
    // One bright pixel in the middle of 5 × 5: of the nine inner values one is −400, four are 100, four are 0.
    const data = new Uint8Array(25);
    data[12] = 100;
    const source = await sharp(data, { raw: { width: 5, height: 5, channels: 1 } })
      .png()
      .toBuffer();
    const variance = (160_000 + 4 * 10_000) / 9;
    expect(await factsOf(source, 'blur')).toEqual({
      sharpness: near(variance, 1),
      blur: near(100 / (100 + variance), 4),
    });
  });

  it.each([
    'dhash',
    'phash',
  ])('%s stays when size, format and quality change, and differs for another picture', async (name) => {
    const hash = async (image: Buffer) => (await factsOf(image, 'hash'))[name];
    const source = await photos.makePng({ width: 600, height: 400 });
    const first = await hash(source);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(
      apart(first, await hash(await sharp(source).resize(300).jpeg({ quality: 60 }).toBuffer())),
    ).toBeLessThanOrEqual(4);
    expect(apart(first, await hash(await sharp(source).flop().png().toBuffer()))).toBeGreaterThan(10);
  });

  it('dhash is what its definition says: a picture that gets brighter to the right has all bits', async () => {
    const data = Uint8Array.from({ length: 90 * 8 }, (_, at) => 2 * (at % 90));
    const source = await sharp(data, { raw: { width: 90, height: 8, channels: 1 } })
      .png()
      .toBuffer();
    expect(await factsOf(source, 'hash')).toMatchObject({ dhash: 'ffffffffffffffff' });
    expect(await factsOf(await sharp(source).flop().png().toBuffer(), 'hash')).toMatchObject({
      dhash: '0000000000000000',
    });
  });

  it('reads what a camera wrote, and where it was only when asked', async () => {
    const source = await sharp(await plain('#123456'))
      .jpeg()
      .withExif({
        IFD0: { Make: 'Lumen', Model: 'L1' },
        IFD2: {
          DateTimeOriginal: '2026:02:03 04:05:06',
          ExposureTime: '1/250',
          FNumber: '28/10',
          ISOSpeedRatings: '400',
        },
        IFD3: {
          GPSLatitudeRef: 'S',
          GPSLatitude: '60/1 30/1 0/1',
          GPSLongitudeRef: 'E',
          GPSLongitude: '25/1 0/1 36/1',
        },
      })
      .toBuffer();
    expect(await factsOf(source, 'exif')).toEqual({
      exif: having({
        make: 'Lumen',
        model: 'L1',
        taken: '2026-02-03T04:05:06',
        exposure: 0.004,
        aperture: 2.8,
        iso: 400,
      }),
    });
    expect(await factsOf(source, 'gps')).toEqual({ gps: { latitude: -60.5, longitude: 25.01 } });
    expect(await factsOf(await plain('#123456'), 'exif', 'gps')).toEqual({ exif: {}, gps: {} });
  });
});
