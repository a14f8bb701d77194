/** A short soak for each run of the tests; `npm run soak` does all 5,000 images. */
import { existsSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { soak } from './soak.ts';

const rgw = inject('rgw');
const seed = Number(process.env['KUVA_TEST_SOAK_SEED'] ?? Math.floor(Math.random() * 1e9));

describe.skipIf(rgw === null)(`the soak with seed ${seed}`, () => {
  it('three workers, one killed each second, a faulty store: every image is accounted for', async () => {
    if (rgw === null) return;
    expect(existsSync('dist/cli/main.js'), 'npm run build comes first').toBe(true);
    const say = (line: string): void => {
      console.log(line);
    };
    const options = { seed, images: 400, workers: 3, seconds: 45, say };
    const result = await soak(options, { postgres: inject('postgres'), rgw });
    console.log(JSON.stringify({ seed, ...result }));
    expect(result.violations).toEqual([]);
    expect(result.kills).toBeGreaterThan(5);
    expect(result.faults).toBeGreaterThan(0);
  });
});
