import { type Column, table } from '../../src/cli/table.ts';
import { showBytes } from '../../src/image/quantity.ts';
import type { Machine } from '../machine.ts';
import { withSpread } from '../report/numbers.ts';
import { machineLines } from '../report/report.ts';
import type { SetName } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import type { EntropyRun, Negator } from './measure.ts';

export interface EntropyResult {
  readonly begun: string;
  readonly machine: Machine;
  /** Where the pictures come from. */
  readonly source: string;
  readonly runs: readonly EntropyRun[];
}

/** How many times less CPU than sharp as it comes is asked for, where the standard's Huffman codes are kept. */
const asked: Readonly<Record<SetName, number>> = { A: 10, B: 6 };

interface Line {
  readonly title: string;
  readonly runs: readonly EntropyRun[];
}

const titles = {
  standard: "the standard's Huffman codes",
  optimised: 'Huffman codes of their own',
  progressive: 'progressive',
} as const;

/** CPU times of one round side by side: other work on the machine makes both longer. */
export function entropyReport({ machine, source, runs }: EntropyResult): string[] {
  const names = [...new Set(runs.map(({ set, way }) => `${set} ${way}`))];
  const lines = names.map((name): Line => {
    const own = runs.filter(({ set, way }) => `${set} ${way}` === name);
    const [first] = own;
    const title = first === undefined ? name : `set ${first.set}, ${titles[first.way]}`;
    return { title, runs: own };
  });
  return [
    ...machineLines(machine),
    `Pictures: ${source}`,
    '',
    ...table(columns, lines),
    `sharp as it comes makes Huffman codes of its own for each picture; asked for against that: ${asked.A} times for set A, ${asked.B} for set B`,
  ];
}

const over = (value: (run: EntropyRun) => number) => (line: Line) =>
  withSpread(spreadOf(line.runs.map(value)));
const cpu = (negator: Negator) => over((run) => run.cpu[negator]);
const times = (negator: Negator) => over((run) => run.cpu[negator] / run.cpu.entropy);

const columns: readonly Column<Line>[] = [
  { title: 'CPU ms/image', value: ({ title }) => title },
  {
    title: 'size',
    align: 'right',
    value: ({ runs }) => showBytes(Math.round(runs[0]?.meanBytes ?? 0)),
  },
  { title: 'coded data', align: 'right', value: cpu('entropy') },
  { title: 'sharp, same coding', align: 'right', value: cpu('alike') },
  { title: 'times', align: 'right', value: times('alike') },
  { title: 'sharp as it comes', align: 'right', value: cpu('default') },
  { title: 'times', align: 'right', value: times('default') },
];
