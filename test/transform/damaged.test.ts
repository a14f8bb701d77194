import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../src/image/recipe.ts';
import * as broken from '../pictures/broken.ts';
import * as photos from '../pictures/photos.ts';
import { makeTiffPages } from '../pictures/tiff.ts';
import { made, negatedPixels, recipeOf, refusal, transformer } from './kit.ts';
import { difference, samples } from './samples.ts';

const size = { width: 200, height: 150 };

/** One of each way in which a format is coded. */
const pictures: Record<string, () => Promise<Buffer>> = {
  JPEG: () => photos.makeJpeg(size),
  'JPEG, progressive': () => photos.makeJpeg({ ...size, settings: { progressive: true } }),
  'JPEG with EXIF and a profile': () => photos.makeJpeg({ ...size, exif: true, profile: true }),
  'JPEG, CMYK': () => photos.makeCmykJpeg(size),
  PNG: () => photos.makePng(size),
  'PNG, 16 bits, interlaced': () => photos.makePng({ ...size, depth: 16, settings: { progressive: true } }),
  'PNG with a palette': () => photos.makePalettePng(size),
  GIF: () => photos.makeGif(size),
  'GIF, animated': () => photos.makeAnimatedGif(size),
  WebP: () => photos.makeWebp(size),
  'WebP, lossless': () => photos.makeWebp({ ...size, settings: { lossless: true } }),
  'WebP, animated': () => photos.makeAnimatedWebp(size),
  AVIF: () => photos.makeAvif(size),
  'TIFF, LZW': () => photos.makeTiff(size),
  'TIFF, deflate': () => photos.makeTiff({ ...size, settings: { compression: 'deflate' } }),
  'TIFF, uncompressed': () => photos.makeTiff({ ...size, settings: { compression: 'none' } }),
  'TIFF, many pages': () => photos.makeTiffStack(size),
  'TIFF, unequal pages': () =>
    Promise.resolve(
      makeTiffPages([
        { width: 60, height: 50, pixels: Buffer.alloc(3000, 1) },
        { width: 10, height: 90, pixels: Buffer.alloc(900, 2) },
      ]),
    ),
};

const refused = /^(image-damaged|not-an-image|format-unsupported): /;

/** By what is done: decoded and encoded, or (GIF and palettes) changed in the file. */
const recipes = { negate: defaultRecipe, 'negate, decoding it': negatedPixels, blur: recipeOf('blur') };

describe('a file that was cut short', () => {
  for (const [title, make] of Object.entries(pictures)) {
    it(`is refused wherever it was cut: ${title}`, async () => {
      const whole = await make();
      const cuts = new Set(Array.from({ length: 30 }, (_, part) => Math.floor((whole.length * part) / 30)));
      for (const missing of [1, 2, 3, 5, 8, 13, 40]) cuts.add(whole.length - missing);
      for (const [name, recipe] of Object.entries(recipes)) {
        for (const cut of cuts) {
          const answer = await refusal(made(whole.subarray(0, cut), recipe));
          expect(answer, `${name}, ${cut} of ${whole.length} bytes`).toMatch(refused);
        }
      }
    });
  }
});

/**
 * Formats with checksums notice every changed byte. The others notice what breaks their code; a changed byte that is
 * a valid code for another colour is a picture like any other to everyone.
 */
const checksummed = ['PNG', 'PNG, 16 bits, interlaced', 'PNG with a palette'];

describe('a file with a changed byte', () => {
  for (const title of checksummed) {
    it(`is refused: ${title}`, async () => {
      const whole = await pictures[title]?.();
      if (whole === undefined) throw new Error('no such picture');
      for (let part = 1; part < 30; part++) {
        const changed = broken.flipped(whole, Math.floor((whole.length * part) / 30));
        expect(await refusal(made(changed, defaultRecipe))).toMatch(refused);
      }
    });
  }

  for (const title of Object.keys(pictures).filter((each) => !checksummed.includes(each))) {
    it(`is refused, or gives all of what its header says: ${title}`, async () => {
      const whole = await pictures[title]?.();
      if (whole === undefined) throw new Error('no such picture');
      for (let part = 1; part < 30; part++) {
        const changed = broken.flipped(whole, Math.floor((whole.length * part) / 30));
        const output = await made(changed, defaultRecipe).catch((thrown: unknown) => thrown);
        if (output instanceof Error) {
          expect(await refusal(Promise.reject(output))).toMatch(refused);
        } else {
          const { format, width, height, pages } = await transformer.inspect(changed);
          expect(output).toMatchObject({ format, width, height, pages });
        }
      }
    });
  }
});

describe('a file with something behind its end', () => {
  it.each(['JPEG', 'PNG', 'GIF', 'WebP'])('is taken, without it: %s', async (title) => {
    const whole = await pictures[title]?.();
    if (whole === undefined) throw new Error('no such picture');
    const longer = Buffer.concat([whole, Buffer.from('left over by a camera')]);
    const [plain, trailed] = [await made(whole, recipeOf('blur')), await made(longer, recipeOf('blur'))];
    expect(difference(await samples(plain.bytes), await samples(trailed.bytes)).max).toBe(0);
  });
});

describe('what a decoder would show half of', () => {
  it('a GIF whose late frame ends early is refused, and the message says which', async () => {
    const whole = await photos.makeAnimatedGif({ ...size, frames: 3 });
    const answer = await refusal(made(broken.truncated(whole, 0.9), defaultRecipe));
    expect(answer).toMatch(/^image-damaged: The GIF is (cut short|corrupt)/);
    // The end mark alone does not make it whole.
    const closed = Buffer.concat([broken.truncated(whole, 0.9), Buffer.from([0, 0x3b])]);
    expect(await refusal(made(closed, defaultRecipe))).toMatch(/^image-damaged: /);
  });

  it('a JPEG with an end mark put behind the cut is refused', async () => {
    const whole = await photos.makeJpeg(size);
    const closed = Buffer.concat([broken.truncated(whole, 0.6), Buffer.from([0xff, 0xd9])]);
    expect(await refusal(made(closed, defaultRecipe))).toMatch(/^image-damaged: /);
  });
});
