import { describe, expect, it } from 'vitest';
import { limitLines, splitLines } from '../../../bench/report/split.ts';
import type { BenchResult, Contender, Run, SetFacts } from '../../../bench/result.ts';

const run = (contender: Contender, seconds: number, cpuSeconds: number, more: Partial<Run> = {}): Run => ({
  set: 'A',
  contender,
  round: 1,
  images: 100,
  seconds,
  cpuSeconds,
  serverCpuSeconds: 1,
  otherCpuSeconds: 0,
  ...more,
});

const set: SetFacts = {
  name: 'A',
  width: 832,
  height: 624,
  quality: 93,
  distinct: 16,
  meanBytes: 140_000,
  source: 'photographs',
  ways: { standard: 16, optimised: 0, progressive: 0 },
};

const result: BenchResult = {
  begun: '2026-11-23T20:00:00.000Z',
  machine: { cores: 2, cpu: 'Some CPU', memory: 8e9, system: 'Linux 6', load: 0, versions: {} },
  sets: [set],
  runs: [
    run('kuva', 2, 1, {
      processes: { main: 0.6, decoders: 0.4 },
      servers: { rgw: 0.7, postgres: 0.3 },
    }),
    run('lean', 1, 0.2),
    run('entropy', 0.5, 0.1),
  ],
  failed: [],
  latencies: [],
  loops: [],
  starts: [],
  absent: {},
  emptyRunSeconds: [0.5],
  mainShares: { A: { store: 0.75, ledger: 0.25 } },
};

describe('the CPU of an image by part', () => {
  it('is the decoders, the main process by its profile, and the servers', () => {
    expect(splitLines(result, set)).toEqual([
      { part: "transform (decoders' processes)", milliseconds: 4 },
      { part: 'main process: store', milliseconds: 4.5 },
      { part: 'main process: ledger', milliseconds: 1.5 },
      { part: 'server: Ceph RGW', milliseconds: 7 },
      { part: 'server: PostgreSQL', milliseconds: 3 },
    ]);
  });

  it('leaves the main process in one piece where nothing was profiled', () => {
    expect(splitLines({ ...result, mainShares: {} }, set)[1]).toEqual({
      part: 'main process',
      milliseconds: 6,
    });
  });
});

describe('the share of the limit', () => {
  it('is our rate against that of all cores with nothing else to do, with and without the start', () => {
    // 1 + 2 + 10 = 13 ms on 2 cores: 154 a second. Ours: 50 a second, 66.7 without half a second.
    const lines = limitLines(result, set).join('\n');
    expect(lines).toContain(
      '(1.00 ms of the entropy path + 2.00 ms of requests + 10.0 ms of servers) on 2 cores: 154 images/s',
    );
    expect(lines).toContain('kuva run reaches 32.5 % of it from start to end');
    expect(lines).toContain('without the 0.500 s of its start and end: 43.3 %');
    expect(lines).toContain('CPU of kuva run with servers ÷ that of the limit: 1.54');
  });

  it('is that of sharp where the entropy path took no part', () => {
    const runs = [...result.runs.slice(0, 2), run('sharp-one', 1, 0.5)];
    expect(limitLines({ ...result, runs }, set).join('\n')).toContain('ms of sharp');
  });
});
