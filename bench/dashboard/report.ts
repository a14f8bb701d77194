import { showBytes } from '../../src/image/quantity.ts';
import { type Column, table } from '../../src/cli/table.ts';
import { significant, withSpread } from '../report/numbers.ts';
import { machineLines } from '../report/report.ts';
import { pairedRatio, spreadOf } from '../statistics.ts';
import type { DashboardResult, DashboardRun, Frames } from './result.ts';

const rateOf = ({ images, seconds }: DashboardRun): number => images / seconds;

/** Everything that was found out, for people. */
export function dashboardReport({ machine, runs, outputs, frames }: DashboardResult): string[] {
  const without = runs.filter(({ pages }) => pages === 0);
  const having = runs.filter(({ pages }) => pages > 0);
  const byRound = (some: readonly DashboardRun[]): Map<number, number> =>
    new Map(some.map((run) => [run.round, rateOf(run)]));
  const ratio = pairedRatio(byRound(having), byRound(without));
  return [
    ...machineLines(machine),
    '',
    `Small images with ${outputs} outputs each, and so ${outputs} rows in the ledger; kuva start on folders, its PostgreSQL, the pages: all on this machine`,
    ...table(
      columns,
      [without, having].filter((some) => some.length > 0),
    ),
    ratio === undefined
      ? 'The rate with pages was not compared'
      : `The pipeline's rate with pages, without = 1: ${withSpread(ratio)}`,
    '',
    ...(frames === undefined ? ['No Chromium: frames were not measured'] : frameLines(frames)),
  ];
}

const columns: readonly Column<readonly DashboardRun[]>[] = [
  { title: 'open pages', align: 'right', value: ([run]) => String(run?.pages ?? 0) },
  { title: 'images', align: 'right', value: (runs) => `${runs.length} × ${runs[0]?.images ?? 0}` },
  {
    title: 'images/s (min–max)',
    align: 'right',
    value: (runs) => withSpread(spreadOf(runs.map(rateOf))),
  },
  {
    title: 'ledger rows a minute',
    align: 'right',
    value: (runs) => withSpread(spreadOf(runs.map(({ rows, seconds }) => (rows / seconds) * 60))),
  },
  {
    title: 'answers to pages/s',
    align: 'right',
    value: (runs) => significant(spreadOf(runs.map(({ told, seconds }) => told / seconds)).median),
  },
];

function frameLines(frames: Frames): string[] {
  const [first, last] = frames.heap;
  return [
    `One page in Chromium without a graphics card, ${frames.imagesPerSecond} images/s for ${frames.seconds} s: ${significant(frames.perSecond)} frames/s, ${significant(frames.median)} ms between two in the middle, ${significant(frames.p99)} ms at the 99th of 100`,
    `  its scripts take ${significant(frames.scriptShare * 100)} % of one core; its heap has ${showBytes(first)} after a quarter of the time, ${showBytes(last)} at the end`,
    `  first paint after ${significant(frames.firstPaint)} ms, with content after ${significant(frames.firstContent)} ms`,
  ];
}
