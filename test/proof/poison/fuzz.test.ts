/** A short fuzz for each run of the tests, always the same; `npm run fuzz` goes on for as long as it is let. */
import { describe, expect, it } from 'vitest';
import { imageFormats } from '../../../src/image/format.ts';
import { isForeign } from '../../../src/transform/foreign/contract.ts';
import { fuzz } from './fuzz/fuzz.ts';

const mutants = 1_500;

describe('damaged files of every format, given to the real decoders', () => {
  it('are refused with a reason or made into sound outputs, and no decoder crashes, hangs or takes too much memory', async () => {
    const result = await fuzz({ seed: 2_026, seconds: 160, mutants });
    console.log(JSON.stringify(result));
    expect(result.findings).toEqual([]);
    const { made, refused } = result.outcomes;
    expect(made + refused).toBe(mutants);
    // Some of every format must have got past the gate; `readers.test.ts` damages the headers of the foreign ones.
    expect(Object.keys(result.madeOf).sort()).toEqual(
      imageFormats.filter((format) => !isForeign(format)).sort(),
    );
  });
});
