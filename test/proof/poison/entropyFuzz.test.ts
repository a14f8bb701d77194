/** A short fuzz for each run of the tests, always the same; `npm run fuzz:entropy` goes on for as long as it is let. */
import { expect, it } from 'vitest';
import { fuzzEntropy } from './fuzz/entropy/fuzz.ts';

const mutants = 2_500;

it('damaged JPEGs are refused or negated into sound ones in their coded data, and nothing beyond the file is read', async () => {
  const result = await fuzzEntropy({ seed: 2_026, seconds: 60, mutants });
  console.log(JSON.stringify(result));
  expect(result.findings).toEqual([]);
  // On a slow machine it ends by the clock.
  expect(result.mutants).toBeGreaterThan(200);
  expect(Math.min(result.negated, result.refused)).toBeGreaterThan(20);
});
