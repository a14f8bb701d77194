import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/pipeline/pace.ts';

const nothing = { queued: 0, unsettled: 0, took: 10 };

describe('the pace of looking', () => {
  it('is the configured one, whatever is found, where no events are expected', () => {
    const pace = new Pace(2_000);
    expect([
      pace.afterPass(nothing),
      pace.afterPass(nothing),
      pace.afterPass({ ...nothing, queued: 3 }),
    ]).toEqual([2_000, 2_000, 2_000]);
  });

  it('gives passes a fifth of the time at most, and short looks a tenth', () => {
    const pace = new Pace(2_000, 60_000);
    const took = 60_000;
    const rest = pace.afterPass({ queued: 5, unsettled: 0, took });
    expect(took / (took + rest)).toBeCloseTo(0.2);
    expect(1_000 / (1_000 + pace.beforeShortLook(1_000))).toBeCloseTo(0.1);
  });

  it('slows down while passes find nothing that events had not told, and comes back at the first that does', () => {
    const pace = new Pace(2_000, 60_000);
    const rests = Array.from({ length: 7 }, () => pace.afterPass(nothing));
    expect(rests).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(pace.beforeShortLook()).toBe(60_000);
    expect(pace.afterPass({ ...nothing, queued: 1 })).toBe(2_000);
    pace.afterPass(nothing);
    pace.found();
    expect(pace.beforeShortLook()).toBe(2_000);
  });
});
