import { lstat, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KuvaError } from '../../image/failure.ts';
import { showKey } from '../../image/key.ts';
import type { DeleteOutcome, ObjectVersion } from '../contract.ts';
import { syncFolder } from './durable.ts';
import { onFiles, stopped, unless } from './failure.ts';
import { etagOf } from './fileVersion.ts';
import type { Folder } from './folder.ts';
import { find, type Place } from './place.ts';
import { putBack } from './putBack.ts';
import { removeHeld } from './held.ts';

/** More than any two processes could make necessary. */
const mostLooks = 10;

/** Removes one version and no other. @throws KuvaError `store-*`, `bucket-missing` */
export async function removeFile(
  folder: Folder,
  version: ObjectVersion,
  signal?: AbortSignal,
): Promise<DeleteOutcome> {
  const { root, traits } = folder;
  const doing = `removing ${showKey(version.key)} from ${root.name}`;
  stopped(doing, signal);
  await root.check();
  return onFiles(doing, async () => {
    let removed = false;
    // A file may wander meanwhile: taken aside by another worker, put back by a third. So until it is nowhere.
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const found = await find(root, version.key, traits);
      if (found !== undefined && etagOf(found.stats) === version.etag) {
        await folder.workspace.ready();
        await folder.at('folder.unchanged');
        if ((await takeAway(folder, version.key, found.place, version.etag)) === 'deleted') removed = true;
        continue;
      }
      const held = await removeHeld(folder, version);
      if (held === 'removed') removed = true;
      if (held !== 'none') continue;
      const after = await find(root, version.key, traits);
      if (after !== undefined && etagOf(after.stats) === version.etag) continue;
      if (removed) return 'deleted';
      return after === undefined ? 'missing' : 'changed';
    }
    throw new KuvaError('store-busy', {
      what: `${showKey(version.key)} in ${root.name} is being moved about by other processes`,
      data: 'Nothing was lost; it is looked at again.',
    });
  });
}

/**
 * Takes the file aside, looks at what was taken, and only then removes it: a file that replaced it a moment ago
 * is put back. The rename is one step, so that there is no moment at which the wrong file could be removed.
 */
export async function takeAway(
  folder: Folder,
  key: string,
  place: Place,
  etag: string,
): Promise<DeleteOutcome> {
  const { workspace, at } = folder;
  const aside = await workspace.aside(key, place.home);
  try {
    const taken = await unless(
      ['ENOENT'],
      rename(place.absolute, aside).then(() => true),
    );
    if (taken !== true) return 'missing';
    await at('folder.taken-aside');
    const stats = await unless(['ENOENT'], lstat(aside, { bigint: true }));
    // Another worker, who had taken this one for dead, has ended it.
    if (stats === undefined) return 'missing';
    if (!stats.isFile() || etagOf(stats) !== etag) {
      await putBack(folder, aside, key, place.home);
      return 'changed';
    }
    await at('folder.compared');
    await unless(['ENOENT'], unlink(aside));
    await at('folder.file-removed');
    // Both, or a power cut could bring the file back, to be processed a second time.
    await Promise.all([syncFolder(dirname(place.absolute)), syncFolder(dirname(aside))]);
    await at('folder.removal-synced');
    return 'deleted';
  } finally {
    await workspace.tidy(aside);
  }
}
