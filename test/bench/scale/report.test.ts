import { describe, expect, it } from 'vitest';
import { scaleReport } from '../../../bench/scale/report.ts';
import type { ScaleResult, ScaleRun } from '../../../bench/scale/result.ts';

const whole = { inputsLeft: 0, outputsMissing: 0, rowsMissing: 0, rowsDoubled: 0, rowsFalse: 0 };

/** 10 ms of workers, 5 of Ceph and 2.5 of PostgreSQL for each image. */
function run(workers: number, round: number, rate: number, more: Partial<ScaleRun> = {}): ScaleRun {
  const seconds = 400 / rate;
  return {
    load: 'photos',
    workers,
    round,
    images: 400,
    seconds,
    shares: {
      seconds,
      cpuSeconds: { workers: 4, ceph: 2, postgres: 1 },
      otherCpuSeconds: 0,
      busy: 0.75,
    },
    connections: workers * 4,
    check: whole,
    ...more,
  };
}

const result: ScaleResult = {
  begun: '2026-11-23T20:00:00.000Z',
  machine: { cores: 2, cpu: 'Some CPU', memory: 8e9, system: 'Linux 6', load: 0.1, versions: {} },
  maxConnections: 100,
  queueRate: 600,
  runs: [run(1, 1, 50), run(2, 1, 90), run(4, 1, 100), run(1, 2, 40), run(2, 2, 80), run(4, 2, 100)],
};

const lines = (changed: Partial<ScaleResult> = {}): string[] => scaleReport({ ...result, ...changed });
const cellsOf = (workers: number): string[] =>
  (lines().find((line) => new RegExp(`^\\s+${workers}  2 × 400`).test(line)) ?? '').trim().split(/\s{2,}/);

describe('the report of bench:scale', () => {
  it('names the machine and its limit', () => {
    expect(lines().join('\n')).toContain(
      'The limit of this machine: 2 cores, which workers, Ceph and PostgreSQL share',
    );
  });

  it('gives rate, efficiency against one worker of the same round, CPU by part, and connections', () => {
    expect(cellsOf(1)[2]).toBe('45.0 (40.0–50.0)');
    expect(cellsOf(2).slice(2, 9)).toEqual([
      '85.0 (80.0–90.0)',
      '0.950 (0.900–1.00)',
      '10.0',
      '5.00',
      '2.50',
      '75.0',
      '8',
    ]);
  });

  it('says how many machines one PostgreSQL carries, by the measured rate and by that of a machine of its own', () => {
    expect(lines().filter((line) => line.startsWith('Model:'))).toEqual([
      expect.stringContaining(
        'carries 13 machines with a worker as fast as the one here, 45.0/s: 13 by its rate',
      ),
      expect.stringContaining(
        'carries 3 machines with a worker with all cores to itself, 200/s: 3 by its rate',
      ),
    ]);
  });

  it('holds the model against the runs: 17.5 ms an image on two cores are 114 a second at most', () => {
    expect(lines().filter((line) => line.startsWith("The model's check"))).toEqual([
      "The model's check, 2 workers: 90.0/s by the model, 85.0/s measured, 0.944 times that",
      "The model's check, 4 workers: 114/s by the model, 100/s measured, 0.875 times that",
    ]);
  });

  it('asks for the rate of the queue where it was not given', () => {
    const { begun, machine, maxConnections, runs } = result;
    expect(scaleReport({ begun, machine, maxConnections, runs }).join('\n')).toContain('give --queue-rate');
  });

  it('tells what was lost, and that other work took the machine', () => {
    const bad = run(1, 1, 50, {
      check: { ...whole, rowsMissing: 2 },
      shares: { ...run(1, 1, 50).shares, otherCpuSeconds: 8 },
    });
    const text = lines({ runs: [bad] }).join('\n');
    expect(text).toContain('2 log rows lost');
    expect(text).toContain('Doubtful');
    expect(lines().join('\n')).not.toContain('Doubtful');
  });
});
