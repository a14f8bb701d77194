import { describe, expect, it } from 'vitest';
import { parseEntropyOptions } from '../../../bench/entropy/options.ts';
import { entropyReport } from '../../../bench/entropy/report.ts';

const machine = { cores: 2, cpu: 'Some CPU', memory: 8e9, system: 'Linux 6', load: 0.1, versions: {} };

describe('the report of bench:entropy', () => {
  it('divides CPU times of the same round, and says what is asked for', () => {
    const run = { set: 'A', way: 'standard', meanBytes: 140_000 } as const;
    const runs = [
      { ...run, round: 1, cpu: { entropy: 1, alike: 8, default: 11 } },
      { ...run, round: 2, cpu: { entropy: 2, alike: 18, default: 24 } },
    ];
    const text = entropyReport({ begun: '', machine, source: 'photographs', runs }).join('\n');
    expect(text).toContain("set A, the standard's Huffman codes");
    expect(text).toContain('8.50 (8.00–9.00)');
    expect(text).toContain('11.5 (11.0–12.0)');
    expect(text).toContain('10 times for set A');
  });
});

describe('the options of bench:entropy', () => {
  it('are two rounds when it is to be quick', () => {
    expect(parseEntropyOptions(['--quick'])).toMatchObject({ rounds: 2, write: false });
  });
});
