import { describe, expect, it } from 'vitest';
import { backlogReport } from '../../../bench/backlog/report.ts';
import type { BacklogResult, BacklogRun, LedgerName } from '../../../bench/backlog/result.ts';

function run(ledger: LedgerName, round: number, rate: number, postgres: number): BacklogRun {
  const seconds = 1_000 / rate;
  const cpuSeconds = { workers: 1, postgres };
  return {
    ledger,
    round,
    jobs: 1_000,
    seconds,
    shares: { seconds, cpuSeconds, otherCpuSeconds: 0, busy: 1 },
  };
}

const result: BacklogResult = {
  begun: '2026-11-23T20:00:00.000Z',
  machine: { cores: 2, cpu: 'Some CPU', memory: 8e9, system: 'Linux 6', load: 0.1, versions: {} },
  workers: 2,
  atOnce: 8,
  waiting: 1_000_000,
  done: 1_000_000,
  runs: [run('empty', 1, 500, 2), run('full', 1, 450, 2.2), run('empty', 2, 250, 4), run('full', 2, 250, 4)],
};

describe('the report of bench:backlog', () => {
  const text = backlogReport(result).join('\n');

  it('gives both rates with their spread', () => {
    expect(text).toMatch(/nothing else in the ledger\s+2 × 1000\s+375 \(250–500\)/);
    expect(text).toMatch(/1,000,000 wait, 1,000,000 are done\s+2 × 1000\s+350 \(250–450\)/);
  });

  it('gives the ratio of the same round, so that a machine that gets slower does not count as a backlog', () => {
    expect(text).toContain('÷ without, round by round: 0.950 (0.900–1.00)');
  });

  it("gives the ratio of PostgreSQL's CPU, which other work on the machine hardly changes", () => {
    expect(text).toContain("PostgreSQL's CPU an image, likewise: 1.05 (1.00–1.10)");
  });
});
