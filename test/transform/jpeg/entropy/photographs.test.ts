/** The photographs of a Debian package, as their makers saved them. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findPhotographs, howToGet } from '../../../../bench/photographs.ts';
import { negateCoefficients } from '../../../../src/transform/jpeg/entropy/negate.ts';
import { negationError, samples } from '../../samples.ts';

const found = await findPhotographs();
if (found === undefined && process.env['KUVA_TEST_REQUIRE'] === 'all') {
  throw new Error(`KUVA_TEST_REQUIRE=all, but there are no photographs (Debian: ${howToGet})`);
}
if (found === undefined)
  console.warn(`Skipped: photographs, which are not on this machine (Debian: ${howToGet})`);

describe.runIf(found !== undefined)('a photograph', () => {
  it('is negated within 4 levels, by less than half a level on average, and comes back byte for byte', async () => {
    for (const path of found?.all ?? []) {
      const source = await readFile(path);
      const negated = negateCoefficients(source);
      const { max, mean } = negationError(await samples(source), await samples(negated));
      expect(max, path).toBeLessThanOrEqual(4);
      expect(mean, path).toBeLessThan(0.5);
      const back = negateCoefficients(negated);
      // What is left out (thumbnails of Photoshop, an index of further pictures) stays out.
      expect(negateCoefficients(back).equals(negated), path).toBe(true);
      expect(back.length, path).toBeGreaterThan(0.9 * source.length);
      if (back.length === source.length) expect(back.equals(source), path).toBe(true);
    }
  }, 180_000);
});
