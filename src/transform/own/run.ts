/** One run of a program: fed, listened to, watched, and ended with all that it started. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { groupOf } from './group.ts';

export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  /** Its own folder: where it starts, and where what it writes is counted. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array | undefined;
  /** Milliseconds. */
  readonly time: number;
  /** Bytes. */
  readonly memory: number;
  readonly size: number;
  readonly alone: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  /** The end of what it said on standard error. */
  readonly stderr: string;
  /** The limit at which it was ended. */
  readonly over?: 'time' | 'memory' | 'size';
  /** Bytes of memory that it was seen with at most. */
  readonly memory: number;
}

/** Milliseconds between two looks at what it takes. */
const look = 100;

/** Characters of standard error that are kept. */
const mostWords = 4_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** @throws Error when it cannot be started */
export async function runProgram(run: Run): Promise<Ended> {
  const child: Child = spawn(run.program, run.args, {
    cwd: run.folder,
    env: run.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Where this process leads a group for itself, the command belongs to it, and dies with it.
    detached: !run.alone,
    windowsHide: true,
  });
  const group = groupOf(child, run.alone);
  const chunks: Buffer[] = [];
  let written = 0;
  let stderr = '';
  let over: Ended['over'];
  let memory = 0;
  const stop = (why: NonNullable<Ended['over']>): void => {
    over ??= why;
    void group.end();
  };
  const timer = setTimeout(() => {
    stop('time');
  }, run.time);
  let looking: Promise<void> | undefined;
  const watch = setInterval(() => {
    looking ??= (async () => {
      const [now, files] = await Promise.all([group.memory(), bytesIn(run.folder)]);
      memory = Math.max(memory, now);
      if (now > run.memory) stop('memory');
      else if (files > run.size) stop('size');
    })().finally(() => {
      looking = undefined;
    });
  }, look);
  child.stdout.on('data', (chunk: Buffer) => {
    written += chunk.length;
    if (written > run.size) stop('size');
    else chunks.push(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostWords);
  });
  // It need not read all of it, or any.
  child.stdin.on('error', () => undefined);
  child.stdin.end(run.stdin);
  try {
    const { code, signal } = await ending(child, () => group.end());
    await looking;
    return {
      code,
      signal,
      stdout: Buffer.concat(chunks),
      stderr,
      memory,
      ...(over !== undefined && { over }),
    };
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    // What it left running in the background goes with it.
    await group.end();
  }
}

/** Resolves when it has ended and all that it said is in; what it left running is ended first, for that holds the pipes. */
function ending(
  child: Child,
  endRest: () => Promise<void>,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => void endRest());
    child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
      resolve({ code, signal });
    });
  });
}

/** Bytes of the files that lie there: a net against a disk that fills up, not an account. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (file) => (file.isFile() ? file.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
