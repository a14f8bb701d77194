/** Negation in the coded data, held against the exact negation of what libvips decodes. */
import { describe, expect, it } from 'vitest';
import { Unable } from '../../../../src/transform/jpeg/entropy/unable.ts';
import { negateCoefficients } from '../../../../src/transform/jpeg/entropy/negate.ts';
import { hasLibjpeg } from '../../../pictures/libjpeg.ts';
import { negationError, samples } from '../../samples.ts';
import { colours, type Variant, variantsOf } from './variants.ts';

/** Levels of 255 that a sample may be off: rounding on the other side of zero, in two colour transforms. */
const tolerated = 4;

/** Codes made to measure for a few blocks may have none for a moved DC value; such a file goes by the pixels. */
const noCode = 'the table has no code for a shifted value';

interface Outcome {
  readonly agreeing: number;
  readonly left: number;
  readonly wrong: string[];
}

async function judge(variants: readonly Variant[]): Promise<Outcome> {
  const wrong: string[] = [];
  let [agreeing, left] = [0, 0];
  for (const { name, bytes } of variants) {
    const given = Buffer.from(bytes);
    try {
      const negated = negateCoefficients(bytes);
      const { max } = negationError(await samples(bytes), await samples(negated));
      if (max > tolerated) wrong.push(`${name}: ${max} levels off`);
      else if (!negateCoefficients(negated).equals(bytes)) wrong.push(`${name}: does not come back`);
      else agreeing++;
    } catch (thrown) {
      if (!(thrown instanceof Unable) || thrown.message !== noCode || !name.includes('-optimize'))
        throw thrown;
      left++;
    }
    if (!given.equals(bytes)) wrong.push(`${name}: the source was changed`);
  }
  return { agreeing, left, wrong };
}

describe.runIf(hasLibjpeg)('negation in the coded data', () => {
  for (const kind of colours) {
    it(`agrees with libvips within ${tolerated} levels and gives the source back byte for byte, however it is coded: ${kind}`, async () => {
      const variants = await variantsOf(kind);
      const { agreeing, left, wrong } = await judge(variants);
      expect(wrong).toEqual([]);
      expect(agreeing + left).toBe(variants.length);
      expect(left / variants.length).toBeLessThan(0.1);
    });
  }
});
