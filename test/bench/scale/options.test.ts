import { describe, expect, it } from 'vitest';
import { parseScaleOptions } from '../../../bench/scale/options.ts';

describe('the options of bench:scale', () => {
  it('are those of its help when none is given', () => {
    expect(parseScaleOptions([])).toEqual({
      images: 400,
      tiny: 800,
      rounds: 3,
      store: 'bluestore',
      write: false,
    });
  });

  it('take the rate of the queue for the model', () => {
    expect(parseScaleOptions(['--queue-rate', '512.5'])).toMatchObject({ 'queue-rate': 512.5 });
    expect(() => parseScaleOptions(['--queue-rate', '0'])).toThrow('--queue-rate');
  });

  it('are fewer pictures and one round when it is to be quick', () => {
    expect(parseScaleOptions(['--quick'])).toMatchObject({ images: 60, tiny: 100, rounds: 1 });
  });
});
