/** Files of one key that any process holds aside, dead or alive. */
import { lstat, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectVersion } from '../contract.ts';
import { syncFolder } from './durable.ts';
import { unless } from './failure.ts';
import { etagOf } from './fileVersion.ts';
import type { Folder } from './folder.ts';
import { flatName } from './names.ts';

/**
 * Removes a version that somebody holds aside. Only whoever was about to remove it, or to put it back since it was
 * not what he had read, can hold it; and whoever calls this has its records. So it may go, and the holder, should he
 * live, finds his work done. Left to the next process that mends, it would come back after its image was settled,
 * and be processed and logged a second time.
 * @returns `moved` when something was renamed during the look, so that it proves nothing
 */
export async function removeHeld(
  { workspace, root }: Folder,
  version: ObjectVersion,
): Promise<'removed' | 'none' | 'moved'> {
  const [first = '', ...rest] = flatName(version.key).split('/');
  for (const owner of (await unless(['ENOENT'], readdir(workspace.all))) ?? []) {
    const folder = join(workspace.all, owner);
    const names = await unless(['ENOENT'], readdir(folder));
    if (names === undefined) return 'moved';
    for (const name of names) {
      if (!/^a\d+[pf]=/.test(name) || name.slice(name.indexOf('=') + 1) !== first) continue;
      const path = join(folder, name, ...rest);
      const stats = await unless(['ENOENT', 'ENOTDIR'], lstat(path, { bigint: true }));
      if (stats === undefined) return 'moved';
      if (!stats.isFile() || etagOf(stats) !== version.etag) continue;
      if (
        (await unless(
          ['ENOENT'],
          unlink(path).then(() => true),
        )) === undefined
      )
        return 'moved';
      await Promise.all([syncFolder(dirname(path)), syncFolder(root.path)]);
      return 'removed';
    }
  }
  return 'none';
}
