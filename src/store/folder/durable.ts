import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { At } from '../../image/crashPoint.ts';
import { unless } from './failure.ts';
import { writingTime } from './fileVersion.ts';

/** Writes a new file and returns once its bytes and its time are on the disk. */
export async function writeDurably(path: string, body: Uint8Array, at: At): Promise<BigIntStats> {
  const handle = await open(path, 'wx');
  try {
    await at('folder.file-created');
    await handle.writeFile(body);
    await at('folder.file-written');
    const now = writingTime();
    await handle.utimes(now, now);
    await at('folder.file-dated');
    // Not fdatasync: the time is part of the ETag and must survive a power cut like the bytes.
    await handle.sync();
    await at('folder.file-synced');
    return await handle.stat({ bigint: true });
  } finally {
    await handle.close();
  }
}

/** Makes the entries of a folder durable. Some file systems cannot, and need not. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await unless(['EISDIR', 'EPERM', 'EACCES'], open(path, 'r'));
  if (handle === undefined) return;
  try {
    await unless(['EINVAL', 'EPERM', 'EBADF', 'ENOTSUP', 'EISDIR'], handle.sync());
  } finally {
    await handle.close();
  }
}
