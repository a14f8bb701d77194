import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyPlan } from '../../simulation/arbitraryPlan.ts';
import { runHistory } from '../../simulation/history.ts';

it('keeps the promise in every simulated history', async () => {
  let steps = 0,
    n = 0;
  const t = performance.now();
  await fc.assert(
    fc.asyncProperty(anyPlan, async (plan) => {
      const { broken, story, steps: s } = await runHistory(plan);
      steps += s;
      n++;
      if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\n${story}`);
    }),
    { numRuns: 300, endOnFailure: false, interruptAfterTimeLimit: 60000 },
  );
  console.log(n, steps / n, (n / (performance.now() - t)) * 1000);
  expect(steps).toBeGreaterThan(0);
});
