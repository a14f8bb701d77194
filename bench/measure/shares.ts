import { busySeconds, treeSeconds } from './procStat.ts';

/** Who takes part, each by the roots of its process trees. */
export type Roots = Readonly<Record<string, readonly number[]>>;

/** CPU clocks of one moment, in seconds. */
export interface Moment {
  readonly at: number;
  readonly busy: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** What a stretch of time cost, in CPU seconds. */
export interface Shares {
  readonly seconds: number;
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Of the bench itself and of everything else on the machine: noise. */
  readonly otherCpuSeconds: number;
  /** Share of the machine's cores that was busy, 0 to 1. */
  readonly busy: number;
}

export function readMoment(roots: Roots): Moment {
  return {
    at: performance.now() / 1000,
    busy: busySeconds(),
    parts: Object.fromEntries(
      Object.entries(roots).map(([name, pids]) => [name, pids.map(treeSeconds).reduce((a, b) => a + b, 0)]),
    ),
  };
}

/** @param before and `after` of the same parts, which all still run */
export function sharesBetween(before: Moment, after: Moment, cores: number): Shares {
  const seconds = after.at - before.at;
  const cpuSeconds = Object.fromEntries(
    Object.entries(after.parts).map(([name, value]) => [
      name,
      Math.max(0, value - (before.parts[name] ?? 0)),
    ]),
  );
  const busy = after.busy - before.busy;
  const taken = Object.values(cpuSeconds).reduce((a, b) => a + b, 0);
  return {
    seconds,
    cpuSeconds,
    otherCpuSeconds: Math.max(0, busy - taken),
    busy: Math.min(1, busy / (seconds * cores)),
  };
}
