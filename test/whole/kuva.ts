/** Runs the built program as a user would, in a folder and with a home of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

const program = resolve(import.meta.dirname, '../../dist/cli/main.js');

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user and group instead of the test's own. */
  readonly uid?: number;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A kuva that is running; killed at the end of the test if nobody stopped it. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Everything printed so far, both streams. */
  readonly output: () => string;
  /** Waits until the output has `text`; fails with the output when the process ends or `milliseconds` pass first. */
  readonly says: (text: string | RegExp, milliseconds?: number) => Promise<void>;
  readonly end: (signal?: NodeJS.Signals) => Promise<Finished>;
  readonly finished: Promise<Finished>;
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-whole-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Only what a fresh shell has: nothing of the tester's own credentials or configuration may reach the program. */
function environment({ cwd, env }: RunOptions): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: cwd, LANG: 'C.UTF-8', TZ: 'UTC', ...env };
}

export function startKuva(args: readonly string[], options: RunOptions): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd,
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const output = (): string => stdout + stderr;
  onTestFinished(async () => {
    if (!ended()) child.kill('SIGKILL');
    await finished;
  });
  return {
    pid: child.pid ?? -1,
    child,
    output,
    finished,
    says: async (text, milliseconds = 30_000) => {
      const found = (): boolean => (typeof text === 'string' ? output().includes(text) : text.test(output()));
      await eventually(
        () => {
          if (!found() && ended())
            throw new Error(`kuva ended (${child.exitCode}) without saying ${text}:\n${output()}`);
          return found();
        },
        `kuva says ${text}`,
        milliseconds,
      ).catch((thrown: unknown) => {
        throw new Error(`${thrown instanceof Error ? thrown.message : 'failed'}\n${output()}`);
      });
    },
    end: (signal = 'SIGINT') => {
      if (!ended()) child.kill(signal);
      return finished;
    },
  };
}

export function runKuva(args: readonly string[], options: RunOptions): Promise<Finished> {
  return startKuva(args, options).finished;
}

/**
 * Waits, not for ever, until something is true: in steps that grow to a fifth of a second, since looking costs as well.
 * @param what that it is waited for; a function is asked when it was in vain
 */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  what: string | (() => string),
  milliseconds = 30_000,
): Promise<void> {
  const until = Date.now() + milliseconds;
  for (let pause = 25; !(await check()); pause = Math.min(200, pause * 1.2)) {
    if (Date.now() > until) {
      throw new Error(`waited ${milliseconds} ms in vain until ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((wake) => setTimeout(wake, pause));
  }
}
