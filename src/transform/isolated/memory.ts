import { readFile } from 'node:fs/promises';

/** Bytes of a page of memory: 4096 wherever Node's releases run but on some ARM machines, where the count is then too low. */
const page = 4096;

/** Bytes of a process's resident set (proc(5), statm); undefined where the system does not say, or when it is gone. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    const pages = Number((await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ')[1]);
    return Number.isFinite(pages) ? pages * page : undefined;
  } catch {
    return undefined;
  }
}
