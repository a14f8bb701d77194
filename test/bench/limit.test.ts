import { describe, expect, it } from 'vitest';
import { limitOf, limitOfRuns, rateOf } from '../../bench/limit.ts';
import type { Contender, Run } from '../../bench/result.ts';

const run = (contender: Contender, cpu: number, servers: number, round = 1): Run => ({
  set: 'A',
  contender,
  round,
  images: 100,
  seconds: 2,
  cpuSeconds: cpu / 10,
  serverCpuSeconds: servers / 10,
  otherCpuSeconds: 0,
});

describe('the limit of the machine', () => {
  it('is all cores divided by what transform, requests and servers cost', () => {
    expect(limitOf({ transform: 2, requests: 3, servers: 5, by: 'entropy' }, 2).rate).toBe(200);
  });

  it('takes the cheapest transform, and the medians of all rounds', () => {
    const runs = [
      run('sharp-one', 5, 0),
      run('sharp-many', 6, 0),
      run('lean', 2, 4),
      run('lean', 3, 5, 2),
      run('lean', 9, 90, 3),
    ];
    expect(limitOfRuns(runs, 2)).toEqual({
      by: 'sharp-one',
      transform: 5,
      requests: 3,
      servers: 5,
      rate: 2000 / 13,
    });
    expect(limitOfRuns([...runs, run('entropy', 1, 0)], 2)).toMatchObject({ by: 'entropy', transform: 1 });
  });

  it('is unknown while the requests or the transform were not measured', () => {
    expect(limitOfRuns([run('kuva', 1, 1), run('lean', 1, 1)], 2)).toBeUndefined();
    expect(limitOfRuns([run('sharp-one', 1, 0)], 2)).toBeUndefined();
  });

  it('refuses work that costs nothing', () => {
    expect(() => limitOf({ transform: 0, requests: 0, servers: 0, by: 'entropy' }, 2)).toThrow(RangeError);
  });
});

describe('the rate of a run', () => {
  it('is that from start to end, or without the seconds of its start', () => {
    expect(rateOf(run('kuva', 1, 1))).toBe(50);
    expect(rateOf(run('kuva', 1, 1), 0.5)).toBeCloseTo(66.7, 1);
  });

  it('is not told without the start when the start was most of the run', () => {
    expect(rateOf(run('kuva', 1, 1), 1.5)).toBeNaN();
  });
});
