import { type Column, table } from '../../src/cli/table.ts';
import { significant, withSpread } from '../report/numbers.ts';
import { machineLines } from '../report/report.ts';
import { pairedRatio, spreadOf } from '../statistics.ts';
import { type BacklogResult, type BacklogRun, type LedgerName, ledgers } from './result.ts';

export function rateOf({ jobs, seconds }: BacklogRun): number {
  return jobs / seconds;
}

/** CPU milliseconds of a part for one image. */
const cpuOf = (part: string) => (run: BacklogRun) => ((run.shares.cpuSeconds[part] ?? 0) * 1000) / run.jobs;

/** Everything that was found out, for people. */
export function backlogReport(result: BacklogResult): string[] {
  const runsOf = (ledger: LedgerName): BacklogRun[] => result.runs.filter((run) => run.ledger === ledger);
  const ratio = (value: (run: BacklogRun) => number): string => {
    const byRound = (ledger: LedgerName): Map<number, number> =>
      new Map(runsOf(ledger).map((run) => [run.round, value(run)]));
    const found = pairedRatio(byRound('full'), byRound('empty'));
    return found === undefined ? 'no round has both' : withSpread(found);
  };
  const lines = ledgers
    .map((ledger) => ({ ledger, runs: runsOf(ledger) }))
    .filter(({ runs }) => runs.length > 0);
  return [
    ...machineLines(result.machine),
    '',
    `The queue alone: ${result.workers} processes, ${result.atOnce} images at a time each, begin, commit and settle`,
    ...table(columns(result), lines),
    '',
    `images/s with the backlog ÷ without, round by round: ${ratio(rateOf)}`,
    `PostgreSQL's CPU an image, likewise: ${ratio(cpuOf('postgres'))}`,
    ...noise(result),
  ];
}

interface Line {
  readonly ledger: LedgerName;
  readonly runs: readonly BacklogRun[];
}

const over = (runs: readonly BacklogRun[], value: (run: BacklogRun) => number): string =>
  withSpread(spreadOf(runs.map(value)));

function columns({ waiting, done }: BacklogResult): Column<Line>[] {
  const titles: Readonly<Record<LedgerName, string>> = {
    empty: 'nothing else in the ledger',
    full: `${waiting.toLocaleString('en')} wait, ${done.toLocaleString('en')} are done`,
  };
  return [
    { title: '', value: ({ ledger }) => titles[ledger] },
    { title: 'images', align: 'right', value: ({ runs }) => `${runs.length} × ${runs[0]?.jobs ?? 0}` },
    { title: 'images/s (min–max)', align: 'right', value: ({ runs }) => over(runs, rateOf) },
    { title: 'CPU ms/image: processes', align: 'right', value: ({ runs }) => over(runs, cpuOf('workers')) },
    { title: 'PostgreSQL', align: 'right', value: ({ runs }) => over(runs, cpuOf('postgres')) },
    {
      title: 'machine busy, %',
      align: 'right',
      value: ({ runs }) => over(runs, ({ shares }) => shares.busy * 100),
    },
  ];
}

/** A shared machine makes figures that nobody can repeat: better said than hidden. */
export function noise({
  runs,
  machine,
}: {
  readonly runs: readonly { readonly shares: BacklogRun['shares'] }[];
  readonly machine: { readonly cores: number };
}): string[] {
  const worst = Math.max(
    0,
    ...runs.map(({ shares }) => shares.otherCpuSeconds / (shares.seconds * machine.cores)),
  );
  if (worst <= 0.1) return [];
  return [
    `Doubtful: other work, the bench's own too, took up to ${significant(worst * 100)} % of this machine.`,
  ];
}
