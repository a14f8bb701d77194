import type { ChildProcess } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { couldNotStart } from './couldNotStart.ts';
import { type Place, unusableUnless } from './place.ts';
import { loopback } from './port.ts';
import { isAlive, readPostmaster } from './postmasterPid.ts';
import { ended, startProgram } from './program.ts';
import { lastLines, logSize, openLog } from './serverLog.ts';

/**
 * A small server that loses nothing: every commit is on disk when it is answered. Parallel queries are off, since
 * they need more shared memory than a container usually has (64 MB).
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: loopback,
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '512MB',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  jit: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'warning',
  // The statements in error messages hold names of images: those are told by kuva itself.
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** A server that was just started. */
export interface Started {
  readonly pid: number;
  /** Rejects when the server ends before it is asked to; with the reason that its log tells. */
  readonly died: Promise<never>;
}

/** Starts the server; it outlives this process. It may still take a while until it answers. */
export async function startServer(place: Place, port: number): Promise<Started> {
  const log = await unusableUnless(place.folder, () => openLog(place));
  const logStart = await logSize(place);
  const args = ['-D', place.cluster, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  try {
    const child = startProgram(place, place.binaries.postgres, args, {
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
    const died = diedEarly(place, child, logStart);
    // Whoever waits for it hears of it; nobody has to.
    died.catch(() => undefined);
    child.unref();
    return { pid: child.pid ?? 0, died };
  } finally {
    await log.close();
  }
}

async function diedEarly(place: Place, child: ChildProcess, logStart: number): Promise<never> {
  const { code, signal } = await ended(child).catch((cause: unknown) => {
    throw couldNotStart(place, cause instanceof Error ? cause.message : String(cause), [], cause);
  });
  const how = signal === null ? `it ended with code ${code ?? 'unknown'}` : `it was ended by ${signal}`;
  throw couldNotStart(place, how, await lastLines(place, logStart));
}

/** Did the server end because another one, or another program, was there first? */
export function lostRace(error: unknown): boolean {
  return (
    error instanceof Error &&
    /lock file .* already exists|Address already in use|could not bind|pre-existing shared memory/i.test(
      error.message,
    )
  );
}

/** Milliseconds. A fast stop writes what is in memory, and ends all sessions. */
const longestStop = 60_000;

/** Stops the server in order, and waits until it has ended. */
export async function stopServer(place: Place, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    // There are no signals; pg_ctl knows the way.
    await ended(
      startProgram(place, place.binaries.pgCtl, ['stop', '-D', place.cluster, '-m', 'fast', '-w'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    return;
  }
  send(pid, 'SIGINT');
  if (await hasEnded(place, pid, longestStop)) return;
  // Losing no data either: the next start reads the write-ahead log.
  send(pid, 'SIGQUIT');
  await hasEnded(place, pid, 5_000);
}

/** Milliseconds that a process may take to be gone after its file is, before its parent is held to be careless. */
const lastBreath = 2_000;

async function hasEnded(place: Place, pid: number, patience: number): Promise<boolean> {
  let breathing = 0;
  for (let waited = 0; waited < patience; waited += 20) {
    if (!isAlive(pid)) return true;
    // PostgreSQL removes its file a moment before its process ends. A pid that stays longer than that is a dead
    // process whose parent does not wait for it, as the first process of many containers does not.
    if ((await readPostmaster(place))?.pid !== pid && (breathing += 20) > lastBreath) return true;
    await sleep(20);
  }
  return false;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
