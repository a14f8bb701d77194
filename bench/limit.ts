/** What the machine could do at most, computed from what each part of the work costs when it is alone. */
import type { Contender, Run } from './result.ts';
import { median } from './statistics.ts';

/** CPU milliseconds an image. */
export interface LimitParts {
  /** The transform alone, by the cheapest way that ours has for these pictures. */
  readonly transform: number;
  readonly by: 'entropy' | 'sharp-one' | 'sharp-many';
  /** A client that only sends requests signed before, and its rows. */
  readonly requests: number;
  /** Ceph and PostgreSQL for that client. */
  readonly servers: number;
}

export interface Limit extends LimitParts {
  /** Images a second with all cores busy with nothing else. */
  readonly rate: number;
}

/** Images a second. @param cores of the machine, which client, transform and servers share */
export function limitOf(parts: LimitParts, cores: number): Limit {
  const milliseconds = parts.transform + parts.requests + parts.servers;
  if (!(milliseconds > 0)) throw new RangeError('work that costs nothing has no limit');
  return { ...parts, rate: (cores * 1000) / milliseconds };
}

/** From the medians of all rounds of one set; undefined while one of the parts was not measured. */
export function limitOfRuns(runs: readonly Run[], cores: number): Limit | undefined {
  const of = (contender: Contender): Run[] => runs.filter((run) => run.contender === contender);
  const ways = (['entropy', 'sharp-one', 'sharp-many'] as const).flatMap((by) => {
    const own = of(by);
    return own.length === 0 ? [] : [{ by, transform: median(own.map(cpuOf)) }];
  });
  const [best] = ways.sort((a, b) => a.transform - b.transform);
  const lean = of('lean');
  if (best === undefined || lean.length === 0) return undefined;
  const parts = { ...best, requests: median(lean.map(cpuOf)), servers: median(lean.map(serverCpuOf)) };
  return limitOf(parts, cores);
}

/** CPU milliseconds an image. */
export function cpuOf(run: Run): number {
  return (run.cpuSeconds * 1000) / run.images;
}

function serverCpuOf(run: Run): number {
  return (run.serverCpuSeconds * 1000) / run.images;
}

/** Images a second from the start of the program to its end; `without` those seconds, its steady rate. */
export function rateOf(run: Run, without = 0): number {
  const seconds = run.seconds - without;
  // A run hardly longer than its start says nothing about the rate after it.
  return seconds > without ? run.images / seconds : Number.NaN;
}
