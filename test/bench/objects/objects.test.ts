import { describe, expect, it } from 'vitest';
import { objectsOf, parseObjectsOptions } from '../../../bench/objects/options.ts';
import { makeOfSize } from '../../../bench/objects/picture.ts';
import { objectsReport } from '../../../bench/objects/report.ts';

describe('the pictures of bench:objects', () => {
  it('are about as large as they are to be', async () => {
    for (const bytes of [10_000, 100_000, 1_000_000]) {
      expect(Math.abs((await makeOfSize(bytes)).length / bytes - 1)).toBeLessThan(0.1);
    }
    expect((await makeOfSize(1_000)).length).toBeLessThan(2_000);
  });

  it('are many of the small ones, few of the large ones, and never one alone', () => {
    const options = parseObjectsOptions([]);
    if (options === 'help') throw new Error('no options');
    expect([1e3, 1e6, 1e7, 1e8].map((bytes) => objectsOf(bytes, options))).toEqual([300, 60, 6, 2]);
  });
});

describe('the report of bench:objects', () => {
  it('takes the start of the program off, and says that other work took the machine', () => {
    const check = { inputsLeft: 0, outputsMissing: 0, rowsMissing: 0, rowsDoubled: 0, rowsFalse: 0 };
    const run = { size: '1 MB', bytes: 1e6, images: 50, round: 1, check, peakBytes: 2e8 };
    const cost = { seconds: 6, cpuSeconds: 1, serverCpuSeconds: 0.5, otherCpuSeconds: 3 };
    const machine = { cores: 2, cpu: 'Some CPU', memory: 8e9, system: 'Linux 6', load: 0.1, versions: {} };
    const lines = objectsReport({ begun: '', machine, emptySeconds: 1, runs: [{ ...run, ...cost }] });
    const cells = (lines.find((line) => line.includes('1 × 50')) ?? '').trim().split(/\s{2,}/);
    expect(cells.slice(0, 6)).toEqual(['1 MB', '1 × 50', '10.0', '10.0', '20.0', '10.0']);
    expect(lines.join('\n')).toContain('Doubtful: something else took up to 25.0 %');
  });
});
