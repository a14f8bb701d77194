import { describe, expect, it } from 'vitest';
import { parseBacklogOptions } from '../../../bench/backlog/options.ts';

describe('the options of bench:backlog', () => {
  it('are a million that wait and a million that are done when none is given', () => {
    expect(parseBacklogOptions([])).toEqual({
      jobs: 3_000,
      rounds: 4,
      workers: 2,
      waiting: 1_000_000,
      done: 1_000_000,
    });
  });

  it('refuse a backlog that the rounds would use up', () => {
    expect(() => parseBacklogOptions(['--waiting', '10000'])).toThrow('too few for 4 rounds of 3000');
    expect(parseBacklogOptions(['--waiting', '10000', '--jobs', '1000'])).toMatchObject({ jobs: 1_000 });
  });

  it('give help when asked', () => {
    expect(parseBacklogOptions(['-h'])).toBe('help');
  });
});
