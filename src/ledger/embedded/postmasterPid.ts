import { execFile } from 'node:child_process';
import { readFile, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Place } from './place.ts';

/** What a running server writes into `postmaster.pid` (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*). */
export interface Postmaster {
  readonly pid: number;
  /** Undefined while the server is just starting. */
  readonly port: number | undefined;
}

export async function readPostmaster(place: Place): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(place), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number.isInteger(port) && port > 0 ? port : undefined };
}

function pidFile(place: Place): string {
  return path.join(place.cluster, 'postmaster.pid');
}

/**
 * The server that runs on this cluster, if one does. After a power cut the file may name a process that is now
 * something else entirely, and PostgreSQL would refuse to start because of it: then the file is removed.
 */
export async function livePostmaster(place: Place): Promise<Postmaster | undefined> {
  const postmaster = await readPostmaster(place);
  if (postmaster === undefined || !isAlive(postmaster.pid)) return undefined;
  if (await servesCluster(postmaster.pid, place.cluster)) return postmaster;
  const again = await readPostmaster(place);
  if (again?.pid === postmaster.pid) await rm(pidFile(place), { force: true });
  return undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Is this process a PostgreSQL server on that cluster? A server's working folder is its cluster. */
async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') return (await commandOf(pid)).includes(cluster);
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === cluster;
  } catch {
    // Not ours to look into, as in a container without CAP_SYS_PTRACE; its command line is open to all.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return command.split('\0').includes(cluster);
  }
}

function commandOf(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'command=', '-p', String(pid)], (_error, stdout) => {
      resolve(stdout);
    });
  });
}
