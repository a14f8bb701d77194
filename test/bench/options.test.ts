import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../bench/options.ts';

describe('the options of the bench', () => {
  it('are those of the documentation when none is given', () => {
    expect(parseOptions([])).toMatchObject({
      rounds: 3,
      'count-a': 2_400,
      'tutorial-a': 10,
      'no-sleep-a': 20,
      'count-b': 400,
      uploads: 20,
      store: 'bluestore',
    });
  });

  it('let a count stand beside --quick', () => {
    expect(parseOptions(['--quick', '--count-a', '100'])).toMatchObject({
      rounds: 1,
      'count-a': 100,
      'count-b': 8,
    });
  });

  it('refuse counts that are no counts or have no end, and options that do not exist', () => {
    expect(() => parseOptions(['--count-a', 'many'])).toThrow('--count-a');
    expect(() => parseOptions(['--count-a', '0'])).toThrow('--count-a');
    expect(() => parseOptions(['--rounds', '1000'])).toThrow('--rounds');
    expect(() => parseOptions(['--fast'])).toThrow('--fast');
  });

  it('give help when asked', () => {
    expect(parseOptions(['--help'])).toBe('help');
  });
});
