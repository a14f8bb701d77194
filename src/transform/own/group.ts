/** The processes that a command is made of, seen and ended from outside. */
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { residentBytes } from '../isolated/memory.ts';

/** Ends a command with all that it started. */
export interface Group {
  /** Bytes of memory that they have now, all together; 0 where the system does not say. */
  memory(): Promise<number>;
  /** Ends whatever is left of them. */
  end(): Promise<void>;
}

/**
 * The group of a child that leads one, or, where this process leads one for itself alone, what is in it beside.
 * The second is how it is in a decoder: its group is ended as a whole when it dies, and the command with it.
 */
export function groupOf(child: ChildProcess, alone: boolean): Group {
  const { pid } = child;
  if (pid === undefined) return { memory: () => Promise.resolve(0), end: () => Promise.resolve() };
  const leader = alone ? process.pid : pid;
  return {
    async memory() {
      const sizes = await Promise.all((await others(leader)).map(residentBytes));
      return sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
    },
    async end() {
      if (!alone) {
        signal(-leader);
        return;
      }
      // One that starts others meanwhile is met again in the next round.
      for (let round = 0; round < 50; round++) {
        const left = await others(leader);
        if (left.length === 0) break;
        for (const other of left) signal(other);
      }
      // Where there is no /proc.
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    },
  };
}

function signal(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** The living processes of a group, this one left out. */
async function others(leader: number): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map((name) => memberOf(name, leader)),
  );
  return found.filter((pid) => pid !== undefined);
}

async function memberOf(name: string, leader: number): Promise<number | undefined> {
  const pid = Number(name);
  if (pid === process.pid) return undefined;
  try {
    const text = await readFile(`/proc/${name}/stat`, 'latin1');
    // After the name: state, parent, group (proc(5)). A zombie has ended already.
    const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(group) === leader && state !== 'Z' && state !== 'X' ? pid : undefined;
  } catch {
    return undefined;
  }
}
