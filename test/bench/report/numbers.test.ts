import { describe, expect, it } from 'vitest';
import { significant, withSpread } from '../../../bench/report/numbers.ts';

describe('numbers in the report', () => {
  it.each([
    [0.6123, '0.612'],
    [0.0312, '0.031'],
    [6.123, '6.12'],
    [61.23, '61.2'],
    [612.3, '612'],
    [6123, '6123'],
    [100, '100'],
    [0, '0'],
    [Number.NaN, '–'],
  ])('%d is written as %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  it('have their spread beside them, unless there was only one', () => {
    expect(withSpread({ median: 61.23, min: 60.06, max: 63 })).toBe('61.2 (60.1–63.0)');
    expect(withSpread({ median: 5, min: 5, max: 5 })).toBe('5.00');
  });
});
