import { describe, expect, it } from 'vitest';
import { carriedBy, efficiency } from '../../../bench/scale/model.ts';

describe('the model of how many machines one PostgreSQL carries', () => {
  it('divides the rate of the queue by that of a worker, and the connections by four', () => {
    expect(carriedBy(600, 50, 100, 4)).toEqual({ byRate: 12, byConnections: 24, limit: 'rate' });
  });

  it('says so when connections are the limit', () => {
    expect(carriedBy(600, 10, 100, 4)).toEqual({ byRate: 60, byConnections: 24, limit: 'connections' });
  });

  it('leaves the connections that PostgreSQL keeps for superusers', () => {
    expect(carriedBy(600, 10, 7, 4).byConnections).toBe(1);
    expect(carriedBy(600, 10, 6, 4).byConnections).toBe(0);
  });

  it('refuses a rate that is none', () => {
    expect(() => carriedBy(600, 0, 100, 4)).toThrow('not above 0');
    expect(() => carriedBy(Number.NaN, 1, 100, 4)).toThrow('not above 0');
  });

  it('calls twice the rate with two workers an efficiency of 1', () => {
    expect(efficiency(100, 2, 50)).toBe(1);
    expect(efficiency(100, 4, 50)).toBe(0.5);
  });
});
