import { type Column, table } from '../../src/cli/table.ts';
import { noise } from '../backlog/report.ts';
import { addChecks } from '../check.ts';
import { significant, withSpread } from '../report/numbers.ts';
import { checkText } from '../report/rates.ts';
import { machineLines } from '../report/report.ts';
import { pairedRatio, spreadOf } from '../statistics.ts';
import { carriedBy, efficiency, predicted } from './model.ts';
import { type Load, loads, type ScaleResult, type ScaleRun, workerCounts } from './result.ts';

const titles: Readonly<Record<Load, string>> = {
  photos: "Pictures like the tutorial's, about 130 kB",
  tiny: 'Pictures of 2 × 2 pixels: the transform taken out',
};

const rateOf = ({ images, seconds }: ScaleRun): number => images / seconds;
const cpuOf = (part: string) => (run: ScaleRun) => ((run.shares.cpuSeconds[part] ?? 0) * 1000) / run.images;

/** Everything that was found out, for people. */
export function scaleReport(result: ScaleResult): string[] {
  const lines = [
    ...machineLines(result.machine),
    `The limit of this machine: ${result.machine.cores} cores, which workers, Ceph and PostgreSQL share; more workers add no core`,
    '',
  ];
  for (const load of loads) {
    const runs = result.runs.filter((run) => run.load === load);
    if (runs.length === 0) continue;
    lines.push(
      titles[load],
      ...tableOf(runs),
      '',
      ...checkLines(result, runs),
      ...modelLines(result, runs),
      '',
    );
  }
  return [...lines, ...noise(result)];
}

interface Line {
  readonly workers: number;
  readonly runs: readonly ScaleRun[];
  readonly ones: readonly ScaleRun[];
}

function tableOf(runs: readonly ScaleRun[]): string[] {
  const of = (workers: number): ScaleRun[] => runs.filter((run) => run.workers === workers);
  const lines = workerCounts.map((workers) => ({ workers, runs: of(workers), ones: of(1) }));
  return table(
    columns,
    lines.filter((line) => line.runs.length > 0),
  );
}

const over = (value: (run: ScaleRun) => number) => (line: Line) => withSpread(spreadOf(line.runs.map(value)));

const columns: readonly Column<Line>[] = [
  { title: 'workers', align: 'right', value: ({ workers }) => String(workers) },
  { title: 'images', align: 'right', value: ({ runs }) => `${runs.length} × ${runs[0]?.images ?? 0}` },
  { title: 'images/s (min–max)', align: 'right', value: over(rateOf) },
  { title: 'efficiency', align: 'right', value: efficiencyText },
  { title: 'CPU ms/image: workers', align: 'right', value: over(cpuOf('workers')) },
  { title: 'Ceph', align: 'right', value: over(cpuOf('ceph')) },
  { title: 'PostgreSQL', align: 'right', value: over(cpuOf('postgres')) },
  { title: 'machine busy, %', align: 'right', value: over(({ shares }) => shares.busy * 100) },
  {
    title: 'connections',
    align: 'right',
    value: ({ runs }) => String(Math.max(...runs.map((run) => run.connections))),
  },
  { title: 'what came out', value: ({ runs }) => checkText(addChecks(runs.map((run) => run.check))) },
];

/** Against one worker of the same round. */
function efficiencyText({ workers, runs, ones }: Line): string {
  if (workers === 1) return '';
  const byRound = (some: readonly ScaleRun[]): Map<number, number> =>
    new Map(some.map((run) => [run.round, rateOf(run)]));
  const ratio = pairedRatio(byRound(runs), byRound(ones));
  if (ratio === undefined) return 'not measured';
  const { median, min, max } = ratio;
  const share = (rate: number): number => efficiency(rate, workers, 1);
  return withSpread({ median: share(median), min: share(min), max: share(max) });
}

/** The model held against the runs: from one worker's figures, what should more of them have done? */
function checkLines({ machine, queueRate }: ScaleResult, runs: readonly ScaleRun[]): string[] {
  const ones = runs.filter(({ workers }) => workers === 1);
  if (ones.length === 0) return [];
  const of = (value: (run: ScaleRun) => number): number => spreadOf(ones.map(value)).median;
  const cost = { workers: of(cpuOf('workers')), ceph: of(cpuOf('ceph')), postgres: of(cpuOf('postgres')) };
  return workerCounts.flatMap((workers) => {
    const own = runs.filter((run) => run.workers === workers);
    if (workers === 1 || own.length === 0) return [];
    const should = predicted(workers, of(rateOf), cost, machine.cores, queueRate);
    const did = spreadOf(own.map(rateOf)).median;
    return `The model's check, ${workers} workers: ${significant(should)}/s by the model, ${significant(did)}/s measured, ${significant(did / should)} times that`;
  });
}

/** Connections of one worker: see `openPool`. */
const perWorker = 4;

function modelLines(
  { machine, maxConnections, queueRate }: ScaleResult,
  runs: readonly ScaleRun[],
): string[] {
  const ones = runs.filter(({ workers }) => workers === 1);
  if (ones.length === 0) return [];
  const measured = spreadOf(ones.map(rateOf)).median;
  const alone = (machine.cores * 1000) / spreadOf(ones.map(cpuOf('workers'))).median;
  const lines = [
    `By CPU: one machine like this with nothing but a worker makes ${significant(alone)}/s at most; one core of PostgreSQL carries ${significant(1000 / spreadOf(ones.map(cpuOf('postgres'))).median)}/s, one of Ceph ${significant(1000 / spreadOf(ones.map(cpuOf('ceph'))).median)}/s`,
  ];
  if (queueRate === undefined)
    return [...lines, 'How many workers one PostgreSQL carries: give --queue-rate, of npm run bench:backlog'];
  for (const [what, rate] of [
    ['as fast as the one here', measured],
    ['with all cores to itself', alone],
  ] as const) {
    const { byRate, byConnections, limit } = carriedBy(queueRate, rate, maxConnections, perWorker);
    lines.push(
      `Model: one PostgreSQL (${significant(queueRate)}/s, ${maxConnections} connections) carries ${Math.min(byRate, byConnections)} machines with a worker ${what}, ${significant(rate)}/s: ${byRate} by its rate, ${byConnections} by connections (${perWorker} each); the limit is ${limit === 'rate' ? 'the rate' : 'connections'}`,
    );
  }
  return lines;
}
