/**
 * Who a work folder belongs to, and whether that process still lives. A name says on which machine (host), since
 * which start of it (boot), in which container (pid namespace), which process (pid and its start time), and
 * which opened store of that process.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errno } from './failure.ts';

/** Who may not be asked (another machine or container) is taken for dead after this time without a change. */
export const silentFor = 10 * 60 * 1000;

interface Whereabouts {
  readonly host: string;
  readonly boot: string;
  readonly namespace: string;
}

let here: Promise<Whereabouts> | undefined;

async function lookAround(): Promise<Whereabouts> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return {
    host: createHash('sha256').update(hostname()).digest('hex').slice(0, 8),
    boot: boot.slice(0, 8) || 'unknown',
    namespace: /\d+/.exec(namespace)?.[0] ?? '0',
  };
}

/** A process's start in clock ticks since boot, undefined when there is none; see proc(5), field 22. */
async function startOf(pid: string): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** A new name for a store that this process opens. */
export async function ownerName(): Promise<string> {
  here ??= lookAround();
  const { host, boot, namespace } = await here;
  const start = (await startOf(String(process.pid))) ?? '0';
  return [host, boot, namespace, process.pid, start, randomBytes(3).toString('hex')].join('-');
}

/** What follows a `+` is not part of the name. `unknown`: on another machine, in another container, or not a name of ours. */
export async function ownerState(name: string): Promise<'alive' | 'dead' | 'unknown'> {
  here ??= lookAround();
  const own = await here;
  const [host, boot, namespace, pid = '', start] = (name.split('+')[0] ?? '').split('-');
  if (host !== own.host || !/^\d+$/.test(pid)) return 'unknown';
  if (own.boot === 'unknown') return pidAnswers(Number(pid)) ? 'unknown' : 'dead';
  // The same machine, started anew: nothing from before lives.
  if (boot !== own.boot) return 'dead';
  if (namespace !== own.namespace) return 'unknown';
  return (await startOf(pid)) === start ? 'alive' : 'dead';
}

function pidAnswers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errno(error) === 'EPERM';
  }
}
