import process from 'node:process';
import { describe, expect, it } from 'vitest';
import {
  parseBusySeconds,
  parsePeakBytes,
  parseProcessStat,
  peakBytesOf,
  timesOf,
  treeOf,
} from '../../../bench/measure/procStat.ts';

const onLinux = process.platform === 'linux';

describe('what /proc tells', () => {
  it('gives the CPU times of a process whose name has blanks and parentheses', () => {
    const text = '42 (a) b (c) S 7 42 42 0 -1 4194560 100 200 0 0 150 50 300 100 20 0 12 0 999 1 1';
    expect(parseProcessStat(text)).toEqual({ parent: 7, own: 2, ended: 4 });
  });

  it('counts everything but idling and waiting for disks as busy', () => {
    expect(parseBusySeconds('cpu  100 200 300 9999 8888 10 20 70 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toBe(7);
  });

  it('gives the peak of the resident memory in bytes, and nothing for a process without memory', () => {
    expect(parsePeakBytes('Name:\tnode\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n')).toBe(2_097_152);
    expect(parsePeakBytes('Name:\tnode\nState:\tZ (zombie)\n')).toBeUndefined();
  });

  it.runIf(onLinux)('finds this process under its parent, with its times and its memory', () => {
    expect(treeOf(process.ppid)).toContain(process.pid);
    expect(timesOf(process.pid)).toMatchObject({ parent: process.ppid });
    expect(peakBytesOf(process.pid)).toBeGreaterThan(10e6);
  });

  it.runIf(onLinux)('says undefined of a process that is not there', () => {
    // Above the kernel's highest pid.
    expect(timesOf(2 ** 30)).toBeUndefined();
    expect(treeOf(2 ** 30)).toEqual([2 ** 30]);
  });
});
