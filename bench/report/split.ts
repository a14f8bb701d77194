/** Where the CPU time of an image goes, and how much of the machine's limit that leaves. */
import { type Column, table } from '../../src/cli/table.ts';
import { cpuOf, limitOfRuns, rateOf } from '../limit.ts';
import type { BenchResult, Run, SetFacts } from '../result.ts';
import { median, spreadOf } from '../statistics.ts';
import { significant, withSpread } from './numbers.ts';

interface Line {
  readonly part: string;
  /** CPU milliseconds an image. */
  readonly milliseconds: number;
}

const columns: readonly Column<Line>[] = [
  { title: 'CPU of an image, by part', value: ({ part }) => part },
  { title: 'ms', align: 'right', value: ({ milliseconds }) => significant(milliseconds) },
];

/** Decoders and servers are told apart by their processes, the main process, threads included, by its profiles. */
export function splitLines(result: BenchResult, set: SetFacts): Line[] {
  const runs = result.runs.filter((run) => run.set === set.name && run.contender === 'kuva');
  if (runs.length === 0) return [];
  const over = (seconds: (run: Run) => number): number =>
    median(runs.map((run) => (seconds(run) * 1000) / run.images));
  const main = over((run) => run.processes?.['main'] ?? 0);
  const shares = result.mainShares?.[set.name];
  const mainParts =
    shares === undefined
      ? [{ part: 'main process', milliseconds: main }]
      : Object.entries(shares)
          .map(([part, share]) => ({ part: `main process: ${part}`, milliseconds: main * share }))
          .sort((a, b) => b.milliseconds - a.milliseconds);
  const servers = Object.keys(runs[0]?.servers ?? {}).map((name) => ({
    part: serverNames[name] ?? name,
    milliseconds: over((run) => run.servers?.[name] ?? 0),
  }));
  return [
    {
      part: "transform (decoders' processes)",
      milliseconds: over((run) => run.processes?.['decoders'] ?? 0),
    },
    ...mainParts,
    ...servers,
  ];
}

const serverNames: Readonly<Record<string, string>> = {
  rgw: 'server: Ceph RGW',
  osd: 'server: Ceph OSD',
  mon: 'server: Ceph monitor',
  postgres: 'server: PostgreSQL',
};

export function splitTable(result: BenchResult, set: SetFacts): string[] {
  const lines = splitLines(result, set);
  if (lines.length === 0) return [];
  return [...table(columns, lines), ''];
}

/** What is asked for. */
const askedShare = 85;

/** The limit, part by part, and the share of it that ours reaches. */
export function limitLines(result: BenchResult, set: SetFacts): string[] {
  const { cores } = result.machine;
  const runs = result.runs.filter((run) => run.set === set.name);
  const limit = limitOfRuns(runs, cores);
  if (limit === undefined) return [];
  const ours = runs.filter((run) => run.contender === 'kuva');
  const by = limit.by === 'entropy' ? 'the entropy path' : 'sharp';
  const lines = [
    `Limit of this machine: (${significant(limit.transform)} ms of ${by} + ${significant(limit.requests)} ms of requests + ${significant(limit.servers)} ms of servers) on ${cores} cores: ${significant(limit.rate)} images/s`,
  ];
  if (ours.length === 0) return [...lines, ''];
  const share = (without: number): string =>
    withSpread(spreadOf(ours.map((run) => (rateOf(run, without) / limit.rate) * 100)));
  const start = result.emptyRunSeconds.length === 0 ? undefined : median(result.emptyRunSeconds);
  const steady =
    start === undefined
      ? ''
      : `; without the ${significant(start)} s of its start and end: ${share(start)} %`;
  lines.push(`kuva run reaches ${share(0)} % of it from start to end${steady}; asked for: ${askedShare} %`);
  lines.push(
    `CPU of kuva run with servers ÷ that of the limit: ${withSpread(
      spreadOf(
        ours.map(
          (run) =>
            (cpuOf(run) + (run.serverCpuSeconds * 1000) / run.images) /
            (limit.transform + limit.requests + limit.servers),
        ),
      ),
    )}`,
    '',
  );
  return lines;
}

/** Milliseconds of an image's way, of all rounds. */
export function phaseLines(result: BenchResult, set: SetFacts): string[] {
  const runs = result.runs.filter((run) => run.set === set.name && run.phases !== undefined);
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.phases ?? {})))];
  if (names.length === 0) return [];
  const over = (name: string, which: 'p50' | 'p95'): string =>
    significant(median(runs.flatMap((run) => run.phases?.[name]?.[which] ?? [])));
  const told = names
    .filter((name) => name !== 'wait')
    .map((name) => `${name === 'way' ? 'all of these' : name} ${over(name, 'p50')} / ${over(name, 'p95')}`);
  return [`An image in a full run, p50 / p95 ms: ${told.join(', ')}`, ''];
}
