/** The processes that a process has started, as `ps` tells. */
import { execFileSync } from 'node:child_process';

export function childrenOf(pid: number): number[] {
  return processes()
    .filter(([, parent, state]) => parent === pid && state?.startsWith('Z') !== true)
    .map(([own]) => own);
}

export function isAlive(pid: number): boolean {
  return processes().some(([own, , state]) => own === pid && state?.startsWith('Z') !== true);
}

type Row = readonly [pid: number, parent: number, state: string | undefined];

function processes(): Row[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return (
    table
      .trim()
      .split('\n')
      .map((line): Row => {
        const [pid, parent, state] = line.trim().split(/\s+/);
        return [Number(pid), Number(parent), state];
      })
      // `ps` itself is one of ours while it runs.
      .filter(([pid]) => Number.isInteger(pid))
  );
}
