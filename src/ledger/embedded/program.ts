import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import type { Place } from './place.ts';

export interface ProgramOptions {
  readonly stdio: ('ignore' | 'pipe' | number)[];
  /** In a session of its own, so that Ctrl-C on the terminal does not reach it. */
  readonly detached?: boolean;
}

/** Starts one of PostgreSQL's programs as the user that it must run as. */
export function startProgram(
  place: Place,
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): ChildProcess {
  const { user, prefix } = place.runAs;
  const [command = program, ...rest] = [...prefix, program, ...args];
  return spawn(command, rest, {
    // setpriv changes the user itself, after it has been allowed to keep the capability.
    ...(user !== undefined && prefix.length === 0 && { uid: user.uid, gid: user.gid }),
    cwd: process.platform === 'win32' ? place.folder : '/',
    env: environment(place),
    windowsHide: true,
    ...options,
  });
}

/** Little else than the loader's path: PGDATA, PGPORT and their like must not reach the server. */
function environment(place: Place): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(place.libraries !== undefined && {
      LD_LIBRARY_PATH: place.libraries,
      DYLD_LIBRARY_PATH: place.libraries,
    }),
  };
}

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Waits for a program's end, collecting what it says on its pipes. Rejects when it could not be started at all. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-8_000);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, output });
    });
  });
}
