import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import process from 'node:process';
import type { Closing } from '../closing.ts';

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Both output streams go into this file: a pipe would have the bench take part in the work. */
  readonly log: string;
}

/** Milliseconds that a program has to stop in order when the bench is over. */
const patience = 15_000;

/** A program that runs, in a process group of its own: Ctrl-C goes to the bench, and the bench ends it. */
export interface Child {
  readonly pid: number;
  /** Resolves when it has ended, however: the exit code, or the name of the signal. */
  readonly ended: Promise<number | string>;
  /** What it printed so far. */
  output(): string;
  /** Sends a signal to its whole group; harmless when it has ended. */
  signal(name: NodeJS.Signals): void;
}

export function startChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
  closing: Closing,
): Child {
  closing.signal.throwIfAborted();
  const log = openSync(options.log, 'w', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  const { pid } = child;
  let over = false;
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      over = true;
      resolve(code ?? signal ?? 'unknown');
    });
  });
  if (pid === undefined) {
    ended.catch(() => undefined);
    throw new Error(`${command} could not be started`);
  }
  const signal = (name: NodeJS.Signals): void => {
    if (over) return;
    try {
      process.kill(-pid, name);
    } catch {
      // It ended between the look and the signal.
    }
  };
  const forget = closing.add(async () => {
    // In order first: a `kuva start` has a database of its own to stop.
    signal('SIGTERM');
    const killing = setTimeout(signal, patience, 'SIGKILL');
    await ended.finally(() => {
      clearTimeout(killing);
    });
  });
  void ended.finally(forget);
  return { pid, ended, signal, output: () => readFileSync(options.log, 'utf8') };
}

/**
 * Waits for a child to end, at most `milliseconds`; then ends its whole group.
 * @throws Error when the time is up, with what the child printed last
 */
export async function endOf(child: Child, milliseconds: number): Promise<number | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, milliseconds, 'late');
  });
  const outcome = await Promise.race([child.ended, late]).finally(() => {
    clearTimeout(timer);
  });
  if (outcome !== 'late') return outcome;
  child.signal('SIGKILL');
  await child.ended;
  throw new Error(
    `not finished after ${Math.round(milliseconds / 1000)} s; it last said:\n${tail(child.output())}`,
  );
}

/** The last lines of a text, for messages. */
export function tail(text: string, lines = 8): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
