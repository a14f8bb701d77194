/** What negation in the coded data does not take: it says so, and never passes damage on. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { negateCoefficients } from '../../../../src/transform/jpeg/entropy/negate.ts';
import { Unable } from '../../../../src/transform/jpeg/entropy/unable.ts';
import { cjpeg, hasLibjpeg } from '../../../pictures/libjpeg.ts';
import { makeJpeg } from '../../../pictures/photos.ts';
import { generator, makePixels } from '../../../pictures/pixels.ts';
import { made, recipeOf, refusal } from '../../kit.ts';
import { recipeSchema } from '../../../../src/image/recipe.ts';
import { negationError, samples } from '../../samples.ts';

const size = { width: 120, height: 90 };
const sources = {
  baseline: await makeJpeg({ ...size, settings: { optimiseCoding: false } }),
  progressive: await makeJpeg({ ...size, settings: { progressive: true } }),
};

function why(bytes: Buffer): string {
  try {
    negateCoefficients(bytes);
    return 'negated';
  } catch (thrown) {
    if (thrown instanceof Unable) return thrown.message;
    throw thrown;
  }
}

/** Does libvips decode it without a warning? */
async function libvipsReads(bytes: Buffer): Promise<boolean> {
  return sharp(bytes, { failOn: 'warning' })
    .stats()
    .then(
      () => true,
      () => false,
    );
}

/** Where entropy-coded data begin. */
function dataAt(jpeg: Buffer): number {
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  return scan + 2 + jpeg.readUInt16BE(scan + 2);
}

/** The frame's marker changed into another one. */
function withFrame(jpeg: Buffer, marker: number): Buffer {
  const copy = Buffer.from(jpeg);
  copy[copy.indexOf(Buffer.from([0xff, 0xc0])) + 1] = marker;
  return copy;
}

describe('a damaged JPEG', () => {
  for (const [kind, source] of Object.entries(sources)) {
    it(`that is cut short anywhere is noticed, with and without an end put to it: ${kind}`, () => {
      for (let length = 2; length < source.length - 2; length += 7) {
        expect(why(source.subarray(0, length)), `${length} bytes`).not.toBe('negated');
        const ended = Buffer.concat([source.subarray(0, length), Buffer.from([0xff, 0xd9])]);
        expect(why(ended), `${length} bytes and an end`).not.toBe('negated');
      }
    });

    it(`whose data libvips finds fault with is noticed: ${kind}`, async () => {
      const random = generator(7);
      const start = dataAt(source);
      let [damages, noticed] = [0, 0];
      for (let nth = 0; nth < 40; nth++) {
        const at = start + Math.floor(random() * (source.length - start - 60));
        const [before, range, after] = [
          source.subarray(0, at),
          source.subarray(at, at + 40),
          source.subarray(at + 40),
        ];
        for (const damaged of [
          Buffer.concat([before, after]),
          Buffer.concat([before, Buffer.alloc(40), after]),
          Buffer.concat([before, range, range, after]),
        ]) {
          damages++;
          const found = why(damaged) !== 'negated';
          if (found) noticed++;
          else expect(await libvipsReads(damaged), `damaged at ${at}`).toBe(true);
        }
      }
      // A JPEG has no checksum: some damage makes another JPEG.
      expect(noticed / damages).toBeGreaterThan(0.7);
    });
  }
});

describe('a JPEG of a kind that is not read in its coded data', () => {
  it('has 12 bits, or is lossless, hierarchical or arithmetic: it is said which marker told', () => {
    const twelve = Buffer.from(sources.baseline);
    twelve[twelve.indexOf(Buffer.from([0xff, 0xc0])) + 4] = 12;
    expect(why(twelve)).toMatch('8 bits');
    for (const marker of [0xc3, 0xc5, 0xc9, 0xca]) {
      expect(why(withFrame(sources.baseline, marker))).toContain(marker.toString(16));
    }
  });

  it.runIf(hasLibjpeg)('goes by the pixels, and the output says why', async () => {
    const arithmetic = cjpeg(makePixels(size), ['-arithmetic', '-quality', '90']);
    const { bytes, how } = await made(arithmetic, recipeOf('negate'));
    expect(how).toEqual({ way: 'pixels', why: 'it is coded in an unusual way (marker c9)' });
    expect(negationError(await samples(arithmetic), await samples(bytes)).mean).toBeLessThan(4);
  });

  it.runIf(hasLibjpeg)('is rejected where the recipe says lossless: always', async () => {
    const arithmetic = cjpeg(makePixels(size), ['-arithmetic']);
    const always = recipeSchema.parse({ outputs: [{ lossless: 'always' }] });
    expect(await refusal(made(arithmetic, always))).toMatch(/^step-impossible: .*marker c9/);
  });
});

describe('lossless in the recipe', () => {
  const by = (lossless: string) => recipeSchema.parse({ outputs: [{ lossless }] });

  it('auto and always negate in the coded data, never by the pixels, and the output says so', async () => {
    for (const source of Object.values(sources)) {
      expect((await made(source, by('auto'))).how).toEqual({ way: 'lossless' });
      expect((await made(source, by('always'))).how).toEqual({ way: 'lossless' });
      expect((await made(source, by('never'))).how).toEqual({ way: 'pixels' });
    }
  });

  it('changes nothing where more than negation is asked for', async () => {
    expect((await made(sources.baseline, recipeOf('negate', 'blur'))).how.way).toBe('pixels');
  });
});
