import { type Column, table } from '../../src/cli/table.ts';
import { noise } from '../backlog/report.ts';
import type { Machine } from '../machine.ts';
import type { Shares } from '../measure/shares.ts';
import { significant } from '../report/numbers.ts';
import { machineLines } from '../report/report.ts';

export interface BucketsRun {
  /** Files in the input folder when the worker started. */
  readonly waiting: number;
  /** From the worker's start to the first image that was done. */
  readonly firstSeconds: number;
  /** Done after that, in `shares.seconds`. */
  readonly images: number;
  /** Told apart: `worker`, `postgres`. */
  readonly shares: Shares;
  /** Images in the ledger when the watching ended: how far the looking had come. */
  readonly known: number;
  /** Outputs that were there for what was done. */
  readonly outputs: number;
  readonly peakBytes: number;
}

export interface BucketsResult {
  readonly begun: string;
  readonly machine: Machine;
  readonly runs: readonly BucketsRun[];
}

const rateOf = ({ images, shares }: BucketsRun): number => images / shares.seconds;

const cpuOf = (run: BucketsRun, part: string): number =>
  ((run.shares.cpuSeconds[part] ?? 0) * 1000) / run.images;

export function bucketsReport({ machine, runs }: BucketsResult): string[] {
  const [smallest] = runs;
  return [
    ...machineLines(machine),
    '',
    'kuva worker on a folder of pictures of 2 × 2 pixels, while it looks and while it works',
    ...table(columns(smallest), runs),
    'The looking is in these figures: of a full folder, it goes on while images are done.',
    ...noise({ runs, machine }),
  ];
}

function columns(smallest: BucketsRun | undefined): Column<BucketsRun>[] {
  const right = (title: string, value: (run: BucketsRun) => string): Column<BucketsRun> => ({
    title,
    align: 'right',
    value,
  });
  return [
    right('files', ({ waiting }) => waiting.toLocaleString('en')),
    right('first one done after, s', ({ firstSeconds }) => significant(firstSeconds)),
    right('done', ({ images }) => images.toLocaleString('en')),
    right('images/s', (run) => significant(rateOf(run))),
    right('÷ smallest', (run) => (smallest === undefined ? '' : significant(rateOf(run) / rateOf(smallest)))),
    right('CPU ms/image: worker', (run) => significant(cpuOf(run, 'worker'))),
    right('PostgreSQL', (run) => significant(cpuOf(run, 'postgres'))),
    right('looked at', ({ known }) => known.toLocaleString('en')),
    right('peak memory, MB', ({ peakBytes }) => significant(peakBytes / 1e6)),
  ];
}
