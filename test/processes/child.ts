/** Starts one of the tests' own programs as a process that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeProgram } from './nodeProgram.ts';

export interface Child {
  readonly process: ChildProcess;
  /** Lines that it has printed so far. */
  readonly lines: readonly string[];
  /** Resolves when a line that fits was printed; rejects when the program ends without. */
  line(pattern: RegExp): Promise<string>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** @param program a TypeScript file */
export function startChild(
  program: URL,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; prefix?: readonly string[] } = {},
): Child {
  const { entry, options: nodeOptions } = nodeProgram(program);
  const [command = '', ...rest] = [
    ...(options.prefix ?? []),
    process.execPath,
    ...nodeOptions,
    fileURLToPath(entry),
    ...args,
  ];
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const take = (line: string): void => {
    lines.push(line);
    for (const one of waiting) one(line);
  };
  createInterface({ input: child.stdout }).on('line', take);
  createInterface({ input: child.stderr }).on('line', (line) => {
    take(`stderr: ${line}`);
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  return {
    process: child,
    lines,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const there = lines.find((line) => pattern.test(line));
        if (there !== undefined) {
          resolve(there);
          return;
        }
        const look = (line: string): void => {
          if (!pattern.test(line)) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        void ended.then(() => {
          if (waiting.delete(look)) reject(new Error(`ended without ${pattern}:\n${lines.join('\n')}`));
        });
      }),
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}
