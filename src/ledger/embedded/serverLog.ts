import { chown, copyFile, open, readFile, stat, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Place } from './place.ts';

/** Bytes; the log and the one before it. */
const largestLog = 4_000_000;

/** Opens the server's log for appending. The server inherits the handle, and needs no right on the file. */
export async function openLog(place: Place): Promise<FileHandle> {
  await boundLog(place);
  const log = await open(place.log, 'a', 0o600);
  const { user } = place.runAs;
  if (user !== undefined) await chown(place.log, user.uid, user.gid);
  return log;
}

/**
 * Keeps the log small, also below a server that is writing to it: it writes at the end, wherever that is, so that
 * the file may be copied and emptied under it.
 */
export async function boundLog(place: Place): Promise<void> {
  const size = (await stat(place.log).catch(() => undefined))?.size ?? 0;
  if (size <= largestLog) return;
  await copyFile(place.log, `${place.log}.1`);
  await truncate(place.log);
}

/** The last lines of the log, for an error message. @param from byte offset to begin at */
export async function lastLines(place: Place, from = 0, count = 8): Promise<string[]> {
  const bytes = await readFile(place.log).catch(() => Buffer.alloc(0));
  const text = bytes.subarray(from <= bytes.length ? from : 0).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}

export async function logSize(place: Place): Promise<number> {
  return (await stat(place.log).catch(() => undefined))?.size ?? 0;
}
