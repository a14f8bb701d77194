import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPlan } from '../../simulation/arbitraryPlan.ts';
import { checkHistories, tell } from '../../simulation/check.ts';
import { runHistory } from '../../simulation/history.ts';
import { plantedCode } from '../../simulation/plantedCode.ts';
import { plantedBugs } from './plantedBugs.ts';

/** Fewer than the run without a bug has; most bugs show within a hundred, and the last one within 400. */
const most = 2_000;

describe('The simulation bites: it finds this bug when it is planted in the source', () => {
  const plans = fc.sample(anyPlan, { numRuns: most, seed: fc.readConfigureGlobal().seed ?? 1 });

  it.each(plantedBugs)('$name', async ({ name, edits }) => {
    const code = await plantedCode(name, edits);
    for (const plan of plans) {
      const { broken } = await runHistory(plan, code);
      if (broken.length === 0) continue;
      // It is the bug that breaks it, not the history.
      expect((await runHistory(plan)).broken).toEqual([]);
      return;
    }
    expect.fail(`not found in ${plans.length} histories: the model is too weak`);
  });

  it('and tells it by a short history, with the seed', async () => {
    const { name, edits } =
      plantedBugs.find((bug) => bug.name.startsWith('delete without comparing')) ?? plantedBugs[0];
    const checked = await checkHistories({
      histories: most,
      code: await plantedCode(`${name} shrunk`, edits),
    });
    expect(checked.broken?.plan.events.length).toBeLessThanOrEqual(3);
    expect(checked.broken?.outcome.story.split('\n').length).toBeLessThanOrEqual(60);
    expect(tell(checked)).toMatch(
      /was removed from the input bucket, and nothing was made of it[\s\S]*owner +puts[\s\S]*--seed -?\d+/,
    );
  });

  it('and docs/reliability.md names them all', () => {
    const page = readFileSync('docs/reliability.md', 'utf8');
    for (const { name } of plantedBugs) expect(page).toContain(`| ${name} |`);
  });
});
