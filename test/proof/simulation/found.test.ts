/** Histories that the simulation found, each with the fault that it was; shrunk, and kept. */
import { expect, it } from 'vitest';
import type { Plan } from '../../simulation/plan.ts';
import { runHistory } from '../../simulation/history.ts';
import { plantedCode } from '../../simulation/plantedCode.ts';
import { plantedBugs } from './plantedBugs.ts';

/** The worker of one hangs after its first output was put; the other one waits for its store meanwhile. */
const samePicture: Plan = {
  seed: 1,
  world: {
    input: 'folder',
    output: 'folder',
    moves: false,
    conflict: 'keep-both',
    outputs: 2,
    workers: 1,
    concurrency: 1,
    maxAttempts: 3,
    lease: 10_000,
    images: [
      { key: 'dir/a', content: 'good3' },
      { key: 'a', content: 'good3' },
    ],
    strangers: [],
    skew: 0,
  },
  noise: 0,
  events: [
    {
      when: { call: 'output.put', nth: 1, side: 'after' },
      deed: { do: 'hang', who: 0, for: 20_000 },
    },
    { when: { at: 8_767 }, deed: { do: 'outage', of: 'output', for: 45_000 } },
  ],
};

it('found: of the same picture under two names, the second was rejected while the first’s output was not recorded yet', async () => {
  const { broken, ends } = await runHistory(samePicture);
  expect(broken).toEqual([]);
  expect(ends).toMatchObject({ done: 2, rejected: 0 });
  // It is that fault which this history shows.
  const { edits } = plantedBugs.find(({ name }) => name.startsWith('the same picture')) ?? { edits: [] };
  const before = await runHistory(samePicture, await plantedCode('found same picture', edits));
  expect(before.broken.join()).toContain('ended as rejected');
});
