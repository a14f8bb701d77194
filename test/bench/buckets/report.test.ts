import { describe, expect, it } from 'vitest';
import { parseBucketsOptions } from '../../../bench/buckets/options.ts';
import { bucketsReport } from '../../../bench/buckets/report.ts';

const run = {
  waiting: 1_000,
  firstSeconds: 1.5,
  images: 500,
  shares: { seconds: 5, cpuSeconds: { worker: 2, postgres: 1 }, otherCpuSeconds: 0, busy: 0.5 },
  known: 1_000,
  outputs: 510,
  peakBytes: 2e8,
};

describe('the report of bench:buckets', () => {
  it('holds each bucket against the smallest one', () => {
    const machine = { cores: 2, cpu: 'Some CPU', memory: 8e9, system: 'Linux 6', load: 0.1, versions: {} };
    const larger = { ...run, waiting: 100_000, images: 450, known: 80_000 };
    const lines = bucketsReport({ begun: '', machine, runs: [run, larger] });
    const cells = (lines.find((line) => line.includes('100,000')) ?? '').trim().split(/\s{2,}/);
    expect(cells).toEqual(['100,000', '1.50', '450', '90.0', '0.900', '4.44', '2.22', '80,000', '200']);
  });
});

describe('the options of bench:buckets', () => {
  it('are two small buckets when it is to be quick', () => {
    expect(parseBucketsOptions(['--quick'])).toMatchObject({ seconds: 5, most: 10_000 });
  });
});
