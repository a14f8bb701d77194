import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPlan } from '../../simulation/arbitraryPlan.ts';
import { checkHistories, tell } from '../../simulation/check.ts';
import { runHistory } from '../../simulation/history.ts';

describe('Simulated histories', () => {
  it('keep the promise under random schedules, crashes and faults, and every image reaches an end', async () => {
    const checked = await checkHistories({ histories: 3_000, limit: 60_000 });
    console.log(`${checked.run} histories, ${checked.steps} steps, ends ${JSON.stringify(checked.ends)}`);
    expect(checked.broken, tell(checked)).toBeUndefined();
    // Not for want of anything that happens.
    expect(checked.run).toBeGreaterThan(100);
    for (const state of ['done', 'rejected', 'failed', 'superseded']) {
      expect(checked.ends[state], state).toBeGreaterThan(0);
    }
  });

  it('are the same from the same seed, to the last step', async () => {
    for (const plan of fc.sample(anyPlan, 25)) {
      const [first, second] = [await runHistory(plan), await runHistory(plan)];
      expect(second.story).toBe(first.story);
      expect(second.steps).toBe(first.steps);
      expect(first.story.split('\n').length).toBeGreaterThan(3);
    }
  });
});
