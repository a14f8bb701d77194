import { randomBytes } from 'node:crypto';
import { link, lstat, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './durable.ts';
import { errno, unless } from './failure.ts';
import type { Folder } from './folder.ts';
import type { Home } from './names.ts';
import { makeParents, type Place, placesOf } from './place.ts';

/** What of an opened folder putting back needs. */
export type Standing = Pick<Folder, 'root' | 'traits' | 'at'>;

/**
 * Puts a file that was taken aside back where it was. Never over a newer one there, and never dropping it: then
 * it gets a name beside, `cat~kept-1f2e3d4c.jpg`, for its owner to decide.
 */
export async function putBack(folder: Standing, aside: string, key: string, home: Home): Promise<void> {
  const { root } = folder;
  const original = placesOf(root, key)[home];
  if (await settle(folder, aside, original)) return;
  const kept = placesOf(root, besideKey(key));
  if (await settle(folder, aside, kept.plain)) return;
  await settle(folder, aside, kept.flat);
}

/** @returns false when something else is there */
async function settle({ root, traits, at }: Standing, aside: string, place: Place): Promise<boolean> {
  if (!(await makeParents(root, place, at))) return false;
  const stats = await unless(['ENOENT'], lstat(aside, { bigint: true }));
  // Whoever has its records has removed it meanwhile.
  if (stats === undefined) return true;
  if (stats.isFile() && traits.hardLinks) {
    try {
      await link(aside, place.absolute);
    } catch (error) {
      if (errno(error) !== 'EEXIST') throw error;
      const there = await unless(['ENOENT'], lstat(place.absolute, { bigint: true }));
      // The same file: somebody was stopped between the two steps.
      if (there?.ino !== stats.ino || there.dev !== stats.dev) return false;
    }
    await at('folder.linked-back');
    await unless(['ENOENT'], unlink(aside));
  } else {
    // No links here, or somebody put a folder where the file had been.
    if ((await unless(['ENOENT'], lstat(place.absolute))) !== undefined) return false;
    await rename(aside, place.absolute);
  }
  await at('folder.put-back');
  await syncFolder(dirname(place.absolute));
  return true;
}

function besideKey(key: string): string {
  const name = key.lastIndexOf('/') + 1;
  const dot = key.lastIndexOf('.');
  const cut = dot > name ? dot : key.length;
  return `${key.slice(0, cut)}~kept-${randomBytes(4).toString('hex')}${key.slice(cut)}`;
}
