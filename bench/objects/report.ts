import { type Column, table } from '../../src/cli/table.ts';
import { showBytes } from '../../src/image/quantity.ts';
import { addChecks } from '../check.ts';
import type { Machine } from '../machine.ts';
import { significant, withSpread } from '../report/numbers.ts';
import { checkText } from '../report/rates.ts';
import { machineLines } from '../report/report.ts';
import type { Check, Cost } from '../result.ts';
import { spreadOf } from '../statistics.ts';

export interface ObjectsRun extends Cost {
  /** What the size is called. */
  readonly size: string;
  /** Bytes of one object, as it was made. */
  readonly bytes: number;
  readonly images: number;
  readonly round: number;
  readonly check: Check;
}

export interface ObjectsResult {
  readonly begun: string;
  readonly machine: Machine;
  /** Of runs on an empty bucket. */
  readonly emptySeconds: number;
  readonly runs: readonly ObjectsRun[];
}

interface Line {
  readonly size: string;
  readonly runs: readonly ObjectsRun[];
}

/** Share of the machine that something else may use before a figure is called doubtful. */
const tolerated = 0.1;

export function objectsReport({ machine, emptySeconds, runs }: ObjectsResult): string[] {
  const names = [...new Set(runs.map(({ size }) => size))];
  const lines = names.map((size) => ({ size, runs: runs.filter((run) => run.size === size) }));
  const worst = Math.max(0, ...runs.map((run) => run.otherCpuSeconds / (run.seconds * machine.cores)));
  return [
    ...machineLines(machine),
    '',
    `kuva run, without the ${significant(emptySeconds)} s of a run on an empty bucket`,
    ...table(columns(emptySeconds), lines),
    ...(worst > tolerated
      ? ['', `Doubtful: something else took up to ${significant(worst * 100)} % of this machine.`]
      : []),
  ];
}

function columns(emptySeconds: number): Column<Line>[] {
  // A run hardly longer than an empty one says nothing about the rate.
  const seconds = (run: ObjectsRun): number => Math.max(run.seconds - emptySeconds, run.seconds / 10);
  const over = (value: (run: ObjectsRun) => number) => (line: Line) =>
    withSpread(spreadOf(line.runs.map(value)));
  const rate = (run: ObjectsRun): number => run.images / seconds(run);
  return [
    { title: 'object', align: 'right', value: ({ size }) => size },
    {
      title: 'images',
      align: 'right',
      value: (line) => `${line.runs.length} × ${line.runs[0]?.images ?? 0}`,
    },
    { title: 'images/s (min–max)', align: 'right', value: over(rate) },
    { title: 'MB/s', align: 'right', value: over((run) => (rate(run) * run.bytes) / 1e6) },
    { title: 'CPU ms/image', align: 'right', value: over((run) => (run.cpuSeconds * 1000) / run.images) },
    { title: 'servers', align: 'right', value: over((run) => (run.serverCpuSeconds * 1000) / run.images) },
    {
      title: 'peak memory',
      align: 'right',
      value: (line) => showBytes(Math.max(...line.runs.map(({ peakBytes = 0 }) => peakBytes))),
    },
    { title: 'what came out', value: (line) => checkText(addChecks(line.runs.map(({ check }) => check))) },
  ];
}
