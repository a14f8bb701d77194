import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { readMoment, sharesBetween } from '../../../bench/measure/shares.ts';

describe('the cost of a stretch of time', () => {
  it('is told apart by part; what nobody of them took is other work', () => {
    const before = { at: 10, busy: 100, parts: { workers: 5, ceph: 1 } };
    const after = { at: 20, busy: 115, parts: { workers: 12, ceph: 3 } };
    expect(sharesBetween(before, after, 2)).toEqual({
      seconds: 10,
      cpuSeconds: { workers: 7, ceph: 2 },
      otherCpuSeconds: 6,
      busy: 0.75,
    });
  });

  it('is read from the real processes', () => {
    const roots = { me: [process.pid] };
    const before = readMoment(roots);
    const cpu = process.cpuUsage();
    // Of the processor's time, which other work on the machine does not use up.
    while (process.cpuUsage(cpu).user < 200_000);
    const { seconds, cpuSeconds } = sharesBetween(before, readMoment(roots), 1);
    expect(seconds).toBeGreaterThan(0.1);
    expect(cpuSeconds['me']).toBeGreaterThan(0.1);
  });
});
