import { describe, expect, it } from 'vitest';
import { pairedRatio, quantile, spreadOf } from '../../bench/statistics.ts';

describe('the statistics of the bench', () => {
  it('take the middle of an odd number of measurements, whatever their order', () => {
    expect(spreadOf([9, 1, 4])).toEqual({ median: 4, min: 1, max: 9 });
  });

  it('take the mean of the two in the middle of an even number', () => {
    expect(spreadOf([1, 2, 4, 100])).toEqual({ median: 3, min: 1, max: 100 });
  });

  it('sort by size and not by spelling', () => {
    expect(spreadOf([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100 });
  });

  it('leave the measurements as they were', () => {
    const values = [3, 1, 2];
    spreadOf(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuse to summarise nothing', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  it('give quantiles that were really measured, by nearest rank', () => {
    const thirty = Array.from({ length: 30 }, (_, at) => at + 1);
    expect(quantile(thirty, 0.5)).toBe(15);
    expect(quantile(thirty, 0.95)).toBe(29);
    expect(quantile(thirty, 1)).toBe(30);
    expect(quantile([7], 0.95)).toBe(7);
  });

  it('compare round with round, not the best of one with the worst of the other', () => {
    const ours = new Map([
      [1, 60],
      [2, 120],
    ]);
    const rival = new Map([
      [1, 1],
      [2, 1.5],
    ]);
    expect(pairedRatio(ours, rival)).toEqual({ median: 70, min: 60, max: 80 });
  });

  it('leave out rounds that one of the two did not finish, and give no ratio without any', () => {
    const ours = new Map([[1, 60]]);
    expect(
      pairedRatio(
        ours,
        new Map([
          [1, 2],
          [2, 3],
        ]),
      ),
    ).toEqual({ median: 30, min: 30, max: 30 });
    expect(pairedRatio(ours, new Map([[2, 3]]))).toBeUndefined();
  });
});
