import { table } from '../../src/cli/table.ts';
import { showBytes } from '../../src/image/quantity.ts';
import type { Machine } from '../machine.ts';
import { type BenchResult, type Contender, contenders, type Latency } from '../result.ts';
import { quantile, spreadOf } from '../statistics.ts';
import { significant, withSpread } from './numbers.ts';
import { nameOf } from './names.ts';
import { rateTable, ratioOver } from './rates.ts';
import { limitLines, phaseLines, splitTable } from './split.ts';

/** Everything that the bench found out, for people. */
export function report(result: BenchResult): string[] {
  return [
    ...machineLines(result.machine),
    '',
    ...result.sets.flatMap((set) =>
      result.runs.some((run) => run.set === set.name)
        ? [
            ...rateTable(result, set),
            '',
            ...limitLines(result, set),
            ...splitTable(result, set),
            ...phaseLines(result, set),
          ]
        : [],
    ),
    ...headlines(result),
    ...emptyRun(result.emptyRunSeconds),
    ...latencyTable(result.latencies),
    ...startTable(result.starts),
    ...loopTable(result.loops),
    ...absentLines(result),
    ...failures(result),
    ...noise(result),
  ];
}

export function machineLines(machine: Machine): string[] {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${machine.cores} cores (${machine.cpu}), ${showBytes(machine.memory)} of memory, ${machine.system}; everything, servers too, on this machine`,
    versions.join(', '),
    `Load before the bench began: ${machine.load.toFixed(2)}`,
  ];
}

/** What is asked for: at least so many times as fast. The tutorial's script is asked about on the small pictures alone. */
const asked = { tutorial: 150, python: 3 } as const;

function headlines(result: BenchResult): string[] {
  const lines: string[] = [];
  for (const set of result.sets) {
    const runsOf = (contender: Contender) =>
      result.runs.filter((run) => run.set === set.name && run.contender === contender);
    for (const rival of ['python', 'python-vips', 'tutorial', 'tutorial-no-sleep'] as const) {
      const ratio = ratioOver(runsOf('kuva'), runsOf(rival));
      if (ratio === undefined) continue;
      const least =
        rival === 'python' ? asked.python : rival === 'tutorial' && set.name === 'A' ? asked.tutorial : 0;
      const goal = least === 0 ? '' : `; asked for: at least ${least}`;
      lines.push(
        `Set ${set.name}, kuva run ÷ ${nameOf(rival, result.machine.cores)}: ${withSpread(ratio)}${goal}`,
      );
    }
  }
  return lines.length === 0 ? [] : [...lines, ''];
}

function emptyRun(seconds: readonly number[]): string[] {
  if (seconds.length === 0) return [];
  return [
    `kuva run on an empty bucket, start to end, is in each of its runs: ${withSpread(spreadOf(seconds))} s`,
    '',
  ];
}

function latencyTable(latencies: readonly Latency[]): string[] {
  if (latencies.length === 0) return [];
  const milliseconds = (value: number): string => `${Math.round(value)} ms`;
  const lines = table<Latency>(
    [
      { title: 'From upload to result', value: placeOf },
      { title: 'uploads', align: 'right', value: (each) => String(each.milliseconds.length) },
      { title: 'p50', align: 'right', value: (each) => milliseconds(quantile(each.milliseconds, 0.5)) },
      { title: 'p95', align: 'right', value: (each) => milliseconds(quantile(each.milliseconds, 0.95)) },
      { title: 'longest', align: 'right', value: (each) => milliseconds(quantile(each.milliseconds, 1)) },
    ],
    latencies,
  );
  return [...lines, "the tutorial's script: up to 60 s, since cron starts it each minute (not measured)", ''];
}

function placeOf({ store, poll, notifications }: Latency): string {
  if (store === 'folder') return 'kuva start on folders';
  if (notifications) return 'kuva worker on S3, told by notifications';
  return `kuva worker on S3, looking every ${(poll ?? 0) / 1000} s`;
}

function startTable(starts: BenchResult['starts']): string[] {
  if (starts.length === 0) return [];
  const milliseconds = (value: number): string => `${Math.round(value)} ms`;
  const lines = table<BenchResult['starts'][number]>(
    [
      { title: 'Ready after', value: ({ what }) => what },
      { title: 'starts', align: 'right', value: (each) => String(each.milliseconds.length) },
      { title: 'median', align: 'right', value: (each) => milliseconds(spreadOf(each.milliseconds).median) },
      { title: 'shortest', align: 'right', value: (each) => milliseconds(spreadOf(each.milliseconds).min) },
      { title: 'longest', align: 'right', value: (each) => milliseconds(spreadOf(each.milliseconds).max) },
    ],
    starts,
  );
  return [...lines, ''];
}

/** Milliseconds that the main process may be busy at a time, once it has started. */
const busyAtMost = 20;

function loopTable(loops: BenchResult['loops']): string[] {
  if (loops.length === 0) return [];
  const milliseconds = (value: number): string => value.toFixed(1);
  const column = (title: string, value: (each: BenchResult['loops'][number]) => number) =>
    ({
      title,
      align: 'right',
      value: (each: BenchResult['loops'][number]) => milliseconds(value(each)),
    }) as const;
  return [
    ...table<BenchResult['loops'][number]>(
      [
        {
          title: 'Event loop of the main process busy, ms',
          value: ({ set, images }) => `set ${set}, ${images} images`,
        },
        column('p50', ({ own }) => own.p50),
        column('p99', ({ own }) => own.p99),
        column('longest', ({ own }) => own.longest),
        column('while it starts', ({ starting }) => starting),
        column('by the clock, p50', ({ late }) => late.p50),
        column('p99', ({ late }) => late.p99),
        column('longest', ({ late }) => late.longest),
      ],
      loops,
    ),
    `the aim: never more than ${busyAtMost} ms. By the clock, waiting for a core that others have counts as well`,
    '',
  ];
}

function absentLines({ absent, machine }: BenchResult): string[] {
  const lines = contenders.flatMap((contender) => {
    const why = absent[contender];
    return why === undefined ? [] : [`${nameOf(contender, machine.cores)} took no part: ${why}`];
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

function failures({ failed, machine }: BenchResult): string[] {
  return failed.flatMap(({ set, contender, round, reason }) => [
    `${nameOf(contender, machine.cores)}, set ${set}, round ${round}, gave no figure: ${reason}`,
  ]);
}

/** Share of the machine that something else may use before a figure is called doubtful. */
const tolerated = 0.1;

/** A shared machine makes figures that nobody can repeat: better said than hidden. */
function noise({ runs, machine }: BenchResult): string[] {
  const shares = runs.map((run) => run.otherCpuSeconds / (run.seconds * machine.cores));
  const disturbed = shares.filter((share) => share > tolerated).length;
  if (disturbed === 0) return [];
  const worst = significant(Math.max(...shares) * 100);
  return [
    `Doubtful: in ${disturbed} of ${runs.length} runs something else used more than ${tolerated * 100} % of this machine (${worst} % in the worst one).`,
  ];
}
