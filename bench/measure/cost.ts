import process from 'node:process';
import { type Child, endOf, tail } from './child.ts';
import { busySeconds, commandLineOf, peakBytesOf, timesOf, treeOf, treeSeconds } from './procStat.ts';
import type { Roots } from './shares.ts';
import type { Cost } from '../result.ts';

/** Milliseconds between two looks at the memory. VmHWM only grows, so only growth after the last look is missed. */
const look = 25;

interface Clock {
  readonly at: number;
  readonly own: number;
  readonly ended: number;
  readonly servers: Readonly<Record<string, number>>;
  readonly busy: number;
}

function readClock(servers: Roots): Clock {
  const self = timesOf(process.pid) ?? { own: 0, ended: 0 };
  return {
    at: performance.now(),
    own: self.own,
    ended: self.ended,
    servers: Object.fromEntries(
      Object.entries(servers).map(([name, pids]) => [name, pids.map(treeSeconds).reduce(sum, 0)]),
    ),
    busy: busySeconds(),
  };
}

/**
 * Runs a program to its end and tells what that cost.
 *
 * Its CPU time is what the kernel added to "children that were waited for" of this process: exact, and with
 * everything that the program itself started and waited for. Hence only one program at a time.
 * @param servers roots of the process trees of the servers, by name
 * @param kindOf what a process of the program is, by its command line; the CPU time is then told apart by kind
 * @throws Error when it ends with another exit code than 0, or not within `limit` milliseconds
 */
export async function costOf(
  start: () => Child,
  servers: Roots,
  limit: number,
  kindOf?: (commandLine: string) => string,
): Promise<Cost> {
  const before = readClock(servers);
  const child = start();
  let peakBytes = 0;
  const kinds = kindOf === undefined ? undefined : new Kinds(kindOf);
  const watch = setInterval(() => {
    const tree = treeOf(child.pid);
    kinds?.look(tree.filter((pid) => pid !== child.pid));
    const peaks = tree.map((pid) => peakBytesOf(pid) ?? 0);
    peakBytes = Math.max(peakBytes, peaks.reduce(sum, 0));
  }, look);
  const outcome = await endOf(child, limit).finally(() => {
    clearInterval(watch);
  });
  const after = readClock(servers);
  if (outcome !== 0) throw new Error(`ended with ${outcome}; it last said:\n${tail(child.output())}`);
  const cost = difference(before, after);
  return { ...cost, peakBytes, ...(kinds !== undefined && { processes: kinds.shareOut(cost.cpuSeconds) }) };
}

/** The same for work in this very process. */
export async function costOfOwn(work: () => Promise<void>): Promise<Cost> {
  const before = readClock({});
  await work();
  const after = readClock({});
  const { seconds, otherCpuSeconds } = difference(before, after);
  return { seconds, cpuSeconds: after.own - before.own, serverCpuSeconds: 0, otherCpuSeconds };
}

const sum = (a: number, b: number): number => a + b;

/** CPU seconds of the processes below the program, as last seen: what the last look missed counts as the program's own. */
class Kinds {
  readonly #kindOf: (commandLine: string) => string;
  readonly #seen = new Map<number, { kind: string; seconds: number }>();

  constructor(kindOf: (commandLine: string) => string) {
    this.#kindOf = kindOf;
  }

  look(pids: readonly number[]): void {
    for (const pid of pids) {
      const seconds = timesOf(pid)?.own ?? 0;
      const seen = this.#seen.get(pid);
      if (seen !== undefined) seen.seconds = Math.max(seen.seconds, seconds);
      // Between fork and exec it has its parent's command line; that takes less than a tick.
      else if (seconds > 0) this.#seen.set(pid, { kind: this.#kindOf(commandLineOf(pid) ?? ''), seconds });
    }
  }

  shareOut(total: number): Record<string, number> {
    const shares: Record<string, number> = {};
    for (const { kind, seconds } of this.#seen.values()) shares[kind] = (shares[kind] ?? 0) + seconds;
    const below = Object.values(shares).reduce(sum, 0);
    return { ...shares, main: (shares['main'] ?? 0) + Math.max(0, total - below) };
  }
}

function difference(before: Clock, after: Clock): Omit<Cost, 'peakBytes'> {
  const cpuSeconds = after.ended - before.ended;
  const servers = Object.fromEntries(
    Object.entries(after.servers).map(([name, at]) => [name, at - (before.servers[name] ?? 0)]),
  );
  const serverCpuSeconds = Object.values(servers).reduce(sum, 0);
  const others = after.busy - before.busy - cpuSeconds - serverCpuSeconds - (after.own - before.own);
  return {
    seconds: (after.at - before.at) / 1000,
    cpuSeconds,
    serverCpuSeconds,
    servers,
    // Clocks of whole hundredths of a second: a little below zero is zero.
    otherCpuSeconds: Math.max(0, others),
  };
}
