import { describe, expect, it } from 'vitest';
import { report } from '../../../bench/report/report.ts';
import type { BenchResult, Check, Contender, Run } from '../../../bench/result.ts';

const whole: Check = { inputsLeft: 0, outputsMissing: 0, rowsMissing: 0, rowsDoubled: 0, rowsFalse: 0 };

function run(
  contender: Contender,
  round: number,
  images: number,
  seconds: number,
  more: Partial<Run> = {},
): Run {
  return {
    set: 'A',
    contender,
    round,
    images,
    seconds,
    cpuSeconds: images * 0.02,
    serverCpuSeconds: images * 0.01,
    otherCpuSeconds: 0,
    check: whole,
    ...more,
  };
}

const result: BenchResult = {
  begun: '2026-11-23T20:00:00.000Z',
  machine: {
    cores: 2,
    cpu: 'Some CPU',
    memory: 8e9,
    system: 'Linux 6',
    load: 0.1,
    versions: { Node: '20.20.2', 'Ceph RGW': '16.2.15 (bluestore)' },
  },
  sets: [
    {
      name: 'A',
      width: 832,
      height: 624,
      quality: 85,
      distinct: 24,
      meanBytes: 130_000,
      source: 'photographs',
      ways: { standard: 20, optimised: 2, progressive: 2 },
    },
  ],
  runs: [
    run('kuva', 1, 300, 5, { peakBytes: 210e6 }),
    run('kuva', 2, 300, 4, { peakBytes: 190e6 }),
    run('tutorial', 1, 20, 40),
    run('tutorial', 2, 20, 30),
    run('tutorial-no-sleep', 1, 40, 20, { check: { ...whole, rowsMissing: 6 } }),
    run('tutorial-no-sleep', 2, 40, 20, { check: { ...whole, rowsMissing: 5 } }),
  ],
  failed: [],
  absent: {},
  starts: [{ what: 'kuva --help', milliseconds: [90, 100, 140] }],
  loops: [
    {
      set: 'A',
      images: 300,
      starting: 80.2,
      own: { p50: 0.1, p99: 4, longest: 12.34 },
      late: { p50: 0.2, p99: 9, longest: 31 },
    },
  ],
  latencies: [{ store: 's3', poll: 2_000, notifications: false, milliseconds: [100, 900, 2_100] }],
  emptyRunSeconds: [0.8, 0.7, 0.9],
};

const text = (changed: Partial<BenchResult> = {}): string => report({ ...result, ...changed }).join('\n');
const line = (begin: string, changed: Partial<BenchResult> = {}): string =>
  text(changed)
    .split('\n')
    .find((each) => each.startsWith(begin)) ?? '';

describe('the report', () => {
  it('says first what machine and which versions the figures are of', () => {
    expect(text()).toMatch(/^2 cores \(Some CPU\), 8\.0 GB of memory.*\nNode 20\.20\.2, Ceph RGW 16\.2\.15/);
  });

  it('gives rates with their spread, and what came out', () => {
    expect(line('kuva run ')).toMatch(
      /2 × 300 .* 67\.5 \(60\.0–75\.0\) .* 210 MB .*everything, every row true$/,
    );
  });

  it('gives the ratio to the script as it stands and, apart from it, to the one without sleep', () => {
    // Round 1: 60 ÷ 0.5 = 120; round 2: 75 ÷ 0.667 = 112.5.
    expect(line("Set A, kuva run ÷ the tutorial's script")).toBe(
      "Set A, kuva run ÷ the tutorial's script: 116 (113–120); asked for: at least 150",
    );
    expect(line('Set A, kuva run ÷ the same without')).toBe(
      'Set A, kuva run ÷ the same without its sleep 1: 33.8 (30.0–37.5)',
    );
    expect(line("the tutorial's script ")).toContain('116 (113–120)');
  });

  it('tells what a rival lost, over all rounds', () => {
    expect(line('the same without its sleep 1')).toMatch(/11 log rows lost$/);
  });

  it('tells what we lost just as plainly', () => {
    const runs = [run('kuva', 1, 300, 5, { check: { ...whole, outputsMissing: 1, inputsLeft: 2 } })];
    expect(line('kuva run ', { runs })).toMatch(/1 results missing, 2 inputs left$/);
  });

  it('gives a run that failed no rate, and its reason', () => {
    const failed = [{ set: 'A', contender: 'kuva', round: 1, reason: 'ended with 75' }] as const;
    const runs = result.runs.filter(({ contender }) => contender !== 'kuva');
    expect(line('kuva run ', { runs, failed })).toMatch(/^kuva run +– .*1 run did not end well$/);
    expect(text({ runs, failed })).toContain('kuva run, set A, round 1, gave no figure: ended with 75');
    expect(text({ runs, failed })).not.toContain('asked for');
  });

  it('gives p50, p95 and the longest time from upload to result', () => {
    expect(line('kuva worker on S3, looking every 2 s')).toMatch(/ 3 +900 ms +2100 ms +2100 ms$/);
  });

  it('gives for how long the event loop was busy at a time, the start apart', () => {
    expect(
      line('set A, 300 images')
        .trim()
        .split(/\s{2,}/),
    ).toEqual(['set A, 300 images', '0.1', '4.0', '12.3', '80.2', '0.2', '9.0', '31.0']);
  });

  it('says so when something else used the machine meanwhile', () => {
    expect(text()).not.toContain('Doubtful');
    const runs = [run('kuva', 1, 300, 5, { otherCpuSeconds: 3 })];
    expect(text({ runs })).toContain(
      'Doubtful: in 1 of 1 runs something else used more than 10 % of this machine (30.0 %',
    );
  });
});
