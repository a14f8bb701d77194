import { describe, expect, it } from 'vitest';
import { phasesOf } from '../../bench/ledgerRows.ts';

describe('the phases of an image', () => {
  it('have their middle and their slow end, and the whole way is without the wait', () => {
    const images = [1, 2, 3, 4].map((at) => ({ wait: 1_000, get: at, put: 10 * at }));
    expect(phasesOf(images)).toEqual({
      wait: { p50: 1_000, p95: 1_000 },
      get: { p50: 2, p95: 4 },
      put: { p50: 20, p95: 40 },
      way: { p50: 22, p95: 44 },
    });
  });

  it('are none where nothing was recorded', () => {
    expect(phasesOf([])).toEqual({});
  });
});
