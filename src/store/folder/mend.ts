/** Sets right what processes left that were killed in the middle, or that a power cut ended. */
import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unless } from './failure.ts';
import type { Folder } from './folder.ts';
import { ownerState, silentFor } from './owner.ts';
import { putBack } from './putBack.ts';
import { readAside } from './workspace.ts';

/**
 * Files taken aside go back to where they were, half-written ones are removed. The folder of each dead owner is
 * claimed by renaming it, which only one of several processes can. Should a silent owner live after all, it fails
 * with its next step and tries again: nothing is lost by the mistake.
 * @throws the file system's own errors
 */
export async function mendLeftovers(folder: Folder): Promise<void> {
  const { workspace, at } = folder;
  for (const owner of (await unless(['ENOENT'], readdir(workspace.all))) ?? []) {
    if (owner === workspace.owner || !(await isOver(join(workspace.all, owner), owner))) continue;
    const ours = workspace.claimed();
    const claimed = await unless(
      ['ENOENT'],
      rename(join(workspace.all, owner), ours).then(() => true),
    );
    if (claimed !== true) continue;
    await at('folder.leftovers-claimed');
    await mendOwner(folder, ours);
  }
}

async function isOver(folder: string, owner: string): Promise<boolean> {
  const state = await ownerState(owner);
  if (state !== 'unknown') return state === 'dead';
  const stats = await unless(['ENOENT'], stat(folder));
  return stats !== undefined && Date.now() - stats.mtimeMs > silentFor;
}

async function mendOwner(bucket: Folder, folder: string): Promise<void> {
  const { at } = bucket;
  for (const path of await filesIn(folder)) {
    const aside = readAside(path);
    if (aside !== undefined) await putBack(bucket, join(folder, path), aside.key, aside.home);
    else if (/^t\d+/.test(path)) {
      await rm(join(folder, path), { force: true });
      await at('folder.leftover-dropped');
    }
    await dropEmpty(folder, dirname(join(folder, path)));
  }
  await unless(['ENOTEMPTY', 'ENOENT', 'EEXIST'], rmdir(folder));
  await at('folder.leftovers-mended');
}

/** All that is in an owner's folder, as paths with `/`: the names of long keys are cut into folders. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
}

async function dropEmpty(top: string, folder: string): Promise<void> {
  for (let path = folder; path !== top && path.startsWith(top); path = dirname(path)) {
    if (
      (await unless(
        ['ENOTEMPTY', 'EEXIST'],
        rmdir(path).then(() => true),
      )) !== true
    )
      return;
  }
}
