import process from 'node:process';
import { type Child, endOf, tail } from './child.ts';
import { busySeconds, peakBytesOf, timesOf, treeOf, treeSeconds } from './procStat.ts';
import type { Cost } from '../result.ts';

/** Milliseconds between two looks at the memory. VmHWM only grows, so only growth after the last look is missed. */
const look = 25;

interface Clock {
  readonly at: number;
  readonly own: number;
  readonly ended: number;
  readonly servers: number;
  readonly busy: number;
}

function readClock(servers: readonly number[]): Clock {
  const self = timesOf(process.pid) ?? { own: 0, ended: 0 };
  return {
    at: performance.now(),
    own: self.own,
    ended: self.ended,
    servers: servers.map(treeSeconds).reduce(sum, 0),
    busy: busySeconds(),
  };
}

/**
 * Runs a program to its end and tells what that cost.
 *
 * Its CPU time is what the kernel added to "children that were waited for" of this process: exact, and with
 * everything that the program itself started and waited for. Hence only one program at a time.
 * @param servers roots of the process trees of the servers
 * @throws Error when it ends with another exit code than 0, or not within `limit` milliseconds
 */
export async function costOf(start: () => Child, servers: readonly number[], limit: number): Promise<Cost> {
  const before = readClock(servers);
  const child = start();
  let peakBytes = 0;
  const watch = setInterval(() => {
    const peaks = treeOf(child.pid).map((pid) => peakBytesOf(pid) ?? 0);
    peakBytes = Math.max(peakBytes, peaks.reduce(sum, 0));
  }, look);
  const outcome = await endOf(child, limit).finally(() => {
    clearInterval(watch);
  });
  const after = readClock(servers);
  if (outcome !== 0) throw new Error(`ended with ${outcome}; it last said:\n${tail(child.output())}`);
  return { ...difference(before, after), peakBytes };
}

/** The same for work in this very process. */
export async function costOfOwn(work: () => Promise<void>): Promise<Cost> {
  const before = readClock([]);
  await work();
  const after = readClock([]);
  const { seconds, otherCpuSeconds } = difference(before, after);
  return { seconds, cpuSeconds: after.own - before.own, serverCpuSeconds: 0, otherCpuSeconds };
}

const sum = (a: number, b: number): number => a + b;

function difference(before: Clock, after: Clock): Omit<Cost, 'peakBytes'> {
  const cpuSeconds = after.ended - before.ended;
  const serverCpuSeconds = after.servers - before.servers;
  const others = after.busy - before.busy - cpuSeconds - serverCpuSeconds - (after.own - before.own);
  return {
    seconds: (after.at - before.at) / 1000,
    cpuSeconds,
    serverCpuSeconds,
    // Clocks of whole hundredths of a second: a little below zero is zero.
    otherCpuSeconds: Math.max(0, others),
  };
}
