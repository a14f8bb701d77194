import { describe, expect, it } from 'vitest';
import { orderOfRuns } from '../../bench/order.ts';
import { contenders, setNames } from '../../bench/result.ts';

describe('the order of the runs', () => {
  it('has every contender once in each set of each round', () => {
    const planned = orderOfRuns(setNames, contenders, 3);
    expect(planned).toHaveLength(setNames.length * contenders.length * 3);
    expect(new Set(planned.map((run) => JSON.stringify(run))).size).toBe(planned.length);
  });

  it('goes backwards in every other round', () => {
    const order = (round: number): string[] =>
      orderOfRuns(['A'], contenders, 3)
        .filter((run) => run.round === round)
        .map(({ contender }) => contender);
    expect(order(1)).toEqual([...contenders]);
    expect(order(2)).toEqual([...contenders].reverse());
    expect(order(3)).toEqual([...contenders]);
  });
});
