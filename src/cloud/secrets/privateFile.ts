import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refuseExposed } from './privateFolder.ts';

/**
 * Reads a file of the private folder; undefined when it is not there.
 * @throws KuvaError `secrets-exposed` when others may read or change it
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    // What is checked is what is read: no link is followed, and the rights are those of the opened file.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      refuseExposed(path, await file.stat(), 'chmod 600');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

/**
 * Keeps `text` (0600) unless there is such a file already. Of two that try at once one wins, and both get its text.
 * @returns what the file holds
 */
export async function keepPrivateFile(path: string, text: string): Promise<string> {
  const there = await readPrivateFile(path);
  if (there !== undefined) return there;
  return withNewFile(path, text, async (written) => {
    try {
      // Unlike a rename, a link never takes the place of what another one has put there meanwhile.
      await link(written, path);
      return text;
    } catch (thrown) {
      if (hasCode(thrown, 'EEXIST')) return (await readPrivateFile(path)) ?? text;
      throw thrown;
    }
  });
}

/** Puts `text` (0600) in the place of what was there: a reader sees the one or the other, whole. */
export function replacePrivateFile(path: string, text: string): Promise<void> {
  return withNewFile(path, text, (written) => rename(written, path));
}

/** Writes it to disk under another name, lets `place` give it its own, and makes that durable. */
async function withNewFile<T>(
  path: string,
  text: string,
  place: (written: string) => Promise<T>,
): Promise<T> {
  const written = join(dirname(path), `.new-${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(written, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    const placed = await place(written);
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
    return placed;
  } finally {
    await rm(written, { force: true });
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
