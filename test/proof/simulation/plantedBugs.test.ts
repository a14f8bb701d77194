import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPlan } from '../../simulation/arbitraryPlan.ts';
import { runHistory } from '../../simulation/history.ts';
import { plantedCode } from '../../simulation/plantedCode.ts';
import { plantedBugs } from './plantedBugs.ts';

/** As many as the bounded run of `histories.test.ts` has at least; most bugs show within a hundred. */
const most = 3_000;

describe('The simulation bites: it finds this bug when it is planted in the source', () => {
  const plans = fc.sample(anyPlan, { numRuns: most, seed: fc.readConfigureGlobal().seed ?? 1 });

  it.each(plantedBugs)('$name', async ({ name, edits }) => {
    const code = await plantedCode(name, edits);
    let histories = 0;
    let broken: readonly string[] = [];
    for (const plan of plans) {
      histories++;
      ({ broken } = await runHistory(plan, code));
      if (broken.length > 0) break;
    }
    console.log(`${histories} histories: ${broken[0] ?? 'not found'}`);
    expect(broken, `not found in ${histories} histories`).not.toEqual([]);
  });
});
