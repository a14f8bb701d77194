/**
 * Where commands work: each worker has a folder, each run of a command one within it. A worker that was killed cannot
 * remove its own; whoever starts next on the machine does.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { OwnTools } from './tools.ts';

/** `kuva-steps-HOST-PID-BEGUN-random`: machines, and containers, may share a folder. */
const names = /^kuva-steps-(.+)-(\d+)-(\d+)-[0-9a-f]{12}$/;

/** Makes this process's folder, which nobody else may look into. */
export async function makeScratch(within = tmpdir()): Promise<string> {
  const begun = (await beganAt(process.pid)) ?? 0;
  const name = `kuva-steps-${host()}-${process.pid}-${begun}-${randomBytes(6).toString('hex')}`;
  const folder = join(within, name);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Removes the folder of this process. */
export async function removeScratch({ scratch }: Pick<OwnTools, 'scratch'>): Promise<void> {
  if (names.test(basename(scratch))) await rm(scratch, { recursive: true, force: true });
}

/** Removes the folders of workers of this user on this machine that are gone. @returns how many */
export async function sweepScratch(within = tmpdir()): Promise<number> {
  let swept = 0;
  for (const name of await readdir(within).catch(() => [])) {
    const [, where, pid, begun] = names.exec(name) ?? [];
    if (where !== host() || pid === undefined || begun === undefined) continue;
    if (await lives(Number(pid), Number(begun))) continue;
    if (await removeOwn(join(within, name))) swept++;
  }
  return swept;
}

async function removeOwn(folder: string): Promise<boolean> {
  try {
    if (process.getuid !== undefined && (await stat(folder)).uid !== process.getuid()) return false;
    await rm(folder, { recursive: true, force: true });
    return true;
  } catch {
    // Somebody else is at it.
    return false;
  }
}

const host = (): string => hostname().replaceAll(/[^A-Za-z0-9.]/g, '_');

async function lives(pid: number, begun: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH') return false;
  }
  const now = await beganAt(pid);
  return now === undefined || begun === 0 || now === begun;
}

/** When a process began, in the system's own count: tells it from another that got its number. Linux only. */
async function beganAt(pid: number): Promise<number | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything; `starttime` is the 22nd field (proc(5)).
    const began = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isFinite(began) ? began : undefined;
  } catch {
    return undefined;
  }
}
