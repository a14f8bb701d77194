import { type Column, table } from '../../src/cli/table.ts';
import { showBytes } from '../../src/image/quantity.ts';
import { addChecks, isComplete } from '../check.ts';
import {
  type BenchResult,
  type Check,
  type Contender,
  contenders,
  type Run,
  type SetFacts,
} from '../result.ts';
import { pairedRatio, spreadOf } from '../statistics.ts';
import { nameOf } from './names.ts';
import { significant, withSpread } from './numbers.ts';

/** One line of a table: a contender over all rounds. */
interface Line {
  readonly contender: Contender;
  readonly runs: readonly Run[];
  readonly ours: readonly Run[];
  readonly failures: number;
  readonly cores: number;
}

/** How many times faster we are than a contender, in the same rounds; undefined when one of the two has no run. */
export function ratioOver(ours: readonly Run[], rival: readonly Run[]): ReturnType<typeof pairedRatio> {
  return pairedRatio(rateByRound(ours), rateByRound(rival));
}

/** The table of one set of pictures. */
export function rateTable(result: BenchResult, set: SetFacts): string[] {
  const runsOf = (contender: Contender): Run[] =>
    result.runs.filter((run) => run.set === set.name && run.contender === contender);
  const lines = contenders
    .map((contender) => ({
      contender,
      runs: runsOf(contender),
      ours: runsOf('kuva'),
      failures: result.failed.filter((run) => run.set === set.name && run.contender === contender).length,
      cores: result.machine.cores,
    }))
    .filter(({ runs, failures }) => runs.length + failures > 0);
  const megapixels = (set.width * set.height) / 1e6;
  return [
    `Set ${set.name}: JPEGs of ${showBytes(Math.round(set.meanBytes))}, ${set.width} × ${set.height} (${significant(megapixels)} Mpx), quality ${set.quality}; ${waysOf(set)}`,
    ...table(columns, lines),
  ];
}

function waysOf({ distinct, source, ways }: SetFacts): string {
  return `${distinct} different ones, ${source}: ${ways.standard} with the standard's Huffman codes, ${ways.optimised} with their own, ${ways.progressive} progressive`;
}

const columns: readonly Column<Line>[] = [
  { title: '', value: ({ contender, cores }) => nameOf(contender, cores) },
  { title: 'images', align: 'right', value: ({ runs }) => imagesOf(runs) },
  { title: 'images/s (min–max)', align: 'right', value: ({ runs }) => over(runs, rateOf) },
  {
    title: 'kuva is … times as fast',
    align: 'right',
    value: ({ contender, ours, runs }) => ratioText(contender, ours, runs),
  },
  {
    title: 'CPU ms/image',
    align: 'right',
    value: ({ runs }) => over(runs, (run) => (run.cpuSeconds * 1000) / run.images),
  },
  { title: 'servers', align: 'right', value: ({ runs }) => servers(runs) },
  { title: 'peak memory', align: 'right', value: ({ runs }) => memory(runs) },
  { title: 'what came out', value: ({ runs, failures }) => outcome(runs, failures) },
];

function rateOf(run: Run): number {
  return run.images / run.seconds;
}

function rateByRound(runs: readonly Run[]): Map<number, number> {
  return new Map(runs.map((run) => [run.round, rateOf(run)]));
}

function over(runs: readonly Run[], value: (run: Run) => number): string {
  return runs.length === 0 ? '–' : withSpread(spreadOf(runs.map(value)));
}

function imagesOf(runs: readonly Run[]): string {
  const [first] = runs;
  return first === undefined ? '–' : `${runs.length} × ${first.images}`;
}

function ratioText(contender: Contender, ours: readonly Run[], runs: readonly Run[]): string {
  if (contender === 'kuva') return '';
  const ratio = ratioOver(ours, runs);
  return ratio === undefined ? '–' : withSpread(ratio);
}

function servers(runs: readonly Run[]): string {
  return runs.some(({ check }) => check !== undefined)
    ? over(runs, (run) => (run.serverCpuSeconds * 1000) / run.images)
    : '';
}

function memory(runs: readonly Run[]): string {
  const peaks = runs.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]));
  return peaks.length === 0 ? '' : showBytes(Math.max(...peaks));
}

/** Of all rounds together: a run that lost something is told as such, never as a fast one. */
function outcome(runs: readonly Run[], failures: number): string {
  const parts: string[] = [];
  if (failures > 0) parts.push(`${failures} ${failures === 1 ? 'run' : 'runs'} did not end well`);
  const checks = runs.flatMap(({ check }) => (check === undefined ? [] : [check]));
  if (checks.length > 0) parts.push(checkText(addChecks(checks)));
  return parts.join('; ');
}

export function checkText(check: Check): string {
  if (isComplete(check)) return 'everything, every row true';
  const told = [
    [check.outputsMissing, 'results missing'],
    [check.inputsLeft, 'inputs left'],
    [check.rowsMissing, 'log rows lost'],
    [check.rowsDoubled, 'log rows doubled'],
    [check.rowsFalse, 'log rows false'],
  ] as const;
  return told
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}
