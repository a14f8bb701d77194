import { lstat, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { showKey } from '../../image/key.ts';
import type { DeleteOutcome, ObjectVersion } from '../contract.ts';
import { syncFolder } from './durable.ts';
import { onFiles, stopped, unless } from './failure.ts';
import { etagOf } from './fileVersion.ts';
import type { Folder } from './folder.ts';
import { find, type Place } from './place.ts';
import { putBack } from './putBack.ts';

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
    const found = await find(root, version.key, traits);
    if (found === undefined) return 'missing';
    if (etagOf(found.stats) !== version.etag) return 'changed';
    await folder.workspace.ready();
    return takeAway(folder, version.key, found.place, version.etag);
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
  const { root, workspace, traits } = folder;
  const aside = await workspace.aside(key, place.home);
  try {
    const taken = await unless(
      ['ENOENT'],
      rename(place.absolute, aside).then(() => true),
    );
    if (taken !== true) return 'missing';
    const stats = await lstat(aside, { bigint: true });
    if (!stats.isFile() || etagOf(stats) !== etag) {
      await putBack(root, traits, aside, key, place.home);
      return 'changed';
    }
    await unlink(aside);
    // Both, or a power cut could bring the file back, to be processed a second time.
    await Promise.all([syncFolder(dirname(place.absolute)), syncFolder(dirname(aside))]);
    return 'deleted';
  } finally {
    await workspace.tidy(aside);
  }
}
