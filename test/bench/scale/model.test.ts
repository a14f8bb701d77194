import { describe, expect, it } from 'vitest';
import { carriedBy, efficiency, predicted } from '../../../bench/scale/model.ts';

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

  it('expects so many times the rate of one worker, until the cores or the queue are the limit', () => {
    const cost = { workers: 12, ceph: 6, postgres: 2 };
    expect(predicted(2, 30, cost, 2)).toBe(60);
    expect(predicted(4, 30, cost, 2)).toBe(100);
    expect(predicted(4, 30, cost, 2, 80)).toBe(80);
  });

  it('calls twice the rate with two workers an efficiency of 1', () => {
    expect(efficiency(100, 2, 50)).toBe(1);
    expect(efficiency(100, 4, 50)).toBe(0.5);
  });
});
