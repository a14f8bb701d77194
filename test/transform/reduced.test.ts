/** Images of which less is read than they hold: camera raw files and OpenEXR, taken when their owner says so. */
import { describe, expect, it } from 'vitest';
import { limitsSchema } from '../../src/transform/limits.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import { exr, type ExrOptions } from '../pictures/exr.ts';
import * as foreign from '../pictures/foreign.ts';
import { fromPixels, makeJpeg } from '../pictures/photos.ts';
import { makePixels, type PixelOptions } from '../pictures/pixels.ts';
import * as raw from '../pictures/raw.ts';
import { made, recipeOf, refusal } from './kit.ts';
import { difference, samples } from './samples.ts';

const careful = createTransformer(limitsSchema.parse({}));
const small = { width: 40, height: 28 } as const;
const tiff = recipeOf({ convert: 'tiff' });

describe('unless their owner says so, they are refused, and what would say so is told', () => {
  it.each([
    ['a camera raw file', async () => raw.nikon(await makeJpeg(small))],
    ['an OpenEXR image', () => exr(makePixels(small))],
  ])('%s', async (name, make) => {
    const answer = await refusal(careful.inspect(await make()));
    expect(answer).toMatch(/^format-unsupported: /);
    expect(answer).toContain(name);
  });
});

describe('the preview of a camera raw file', () => {
  it.each([
    ['Nikon, Sony, DNG', raw.nikon],
    ['Canon', raw.canon],
    ['Panasonic', raw.panasonic],
    ['Fujifilm', raw.fujifilm],
  ])('is the camera’s own JPEG, pixel by pixel: %s', async (_maker, put) => {
    const jpeg = await makeJpeg({ ...small, exif: true });
    const output = await made(put(jpeg), tiff);
    expect(difference(await samples(jpeg), await samples(output.bytes))).toEqual({ max: 0, mean: 0 });
  });

  it('stands upright as the raw file says, where the preview says nothing', async () => {
    const output = await made(raw.nikon(await makeJpeg(small), 6), tiff);
    expect(output).toMatchObject({ width: 28, height: 40 });
  });

  it('is missed with that reason', async () => {
    expect(await refusal(made(raw.nikon(Buffer.alloc(500, 1)), tiff))).toMatch(
      /^format-unsupported: .*no preview/,
    );
    expect(await refusal(careful.inspect(Buffer.from('\0\0\0\x18ftypcrx \0\0\0\0', 'latin1')))).toMatch(
      /^format-unsupported: .*Canon/,
    );
  });
});

describe('the light of an OpenEXR image', () => {
  const kinds: [title: string, pixels: PixelOptions, options: ExrOptions, most: number][] = [
    ['grey, half, ZIP', { channels: 1 }, {}, 64],
    ['RGB, half, ZIPS', {}, { compression: 'zips' }, 64],
    ['RGB, half, RLE', {}, { compression: 'rle' }, 64],
    ['RGB, float, not compressed', {}, { compression: 'none', float: true }, 1],
    ['grey with alpha, float, ZIP', { channels: 2 }, { float: true }, 2],
    ['RGB with alpha, float, ZIP', { channels: 4 }, { float: true }, 2],
  ];
  it.each(kinds)('gets the curve of sRGB in 16 bits: %s', async (_title, options, how, most) => {
    const pixels = makePixels({ ...small, depth: 16, ...options });
    const reference = await samples(await fromPixels(pixels).tiff({ compression: 'none' }).toBuffer());
    const read = await samples((await made(exr(pixels, how), tiff)).bytes);
    // Colours that nobody sees are stored as none.
    const seen = reference.values.map((value, at) => {
      const alpha = reference.hasAlpha
        ? reference.values[at - (at % reference.channels) + reference.channels - 1]
        : 1;
      return alpha === 0 ? 0 : value;
    });
    expect(difference({ ...reference, values: seen }, read).max).toBeLessThanOrEqual(most);
  });

  it('above 1 is white, and what is no number is black', async () => {
    const pixels = { ...makePixels({ width: 2, height: 1, channels: 1 }), data: Buffer.from([200, 255]) };
    const bright = await samples(
      (await made(exr(pixels, { exposure: 4, float: true, compression: 'none' }), tiff)).bytes,
    );
    expect([...bright.values]).toEqual([65_535, 65_535]);
    const odd = exr(pixels, { float: true, compression: 'none' });
    odd.writeFloatLE(Number.NaN, odd.length - 8);
    odd.writeFloatLE(-1, odd.length - 4);
    expect([...(await samples((await made(odd, tiff)).bytes)).values]).toEqual([0, 0]);
  });

  it('is read from a file that ImageMagick wrote: it takes the numbers of its source for light', async () => {
    const { data } = makePixels(small);
    const read = await samples((await made(await foreign.byMagick('Exr', small), tiff)).bytes);
    const off = data.map((value, at) => {
      const light = value / 255;
      const curved = light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
      return Math.min(255, Math.abs(curved * 65_535 - (read.values[at] ?? 0)) / 2);
    });
    // Half of what 11 bits of light may be off.
    expect(Math.max(...off)).toBeLessThanOrEqual(32);
  });

  it('in tiles, parts or other codings is refused with that reason', async () => {
    const tiled = Buffer.from(exr(makePixels(small)));
    tiled[5] = 0x02;
    expect(await refusal(made(tiled, tiff))).toMatch(/^format-unsupported: .*tiles/);
    const piz = Buffer.from(exr(makePixels(small)));
    piz[piz.indexOf('compression\0compression\0') + 28] = 4;
    expect(await refusal(made(piz, tiff))).toMatch(/^format-unsupported: .*PIZ/);
  });
});
