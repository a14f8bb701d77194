/** Where keys lie: at their plain path, or in the flat place when something is in the way there. */
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { At } from '../../image/crashPoint.ts';
import { syncFolder } from './durable.ts';
import { errno, unless } from './failure.ts';
import type { FileSystemTraits } from './fileSystem.ts';
import { flatPath, type Home, plainPath } from './names.ts';
import type { Root } from './root.ts';

export interface Place {
  readonly home: Home;
  /** Relative to the root, with `/` between its names. */
  readonly relative: string;
  readonly absolute: string;
}

/**
 * - `file`: the object.
 * - `free`: nothing is there.
 * - `blocked`: something is in the way: a folder, a symbolic link, or a file where a folder should be.
 * - `clash`: a file whose name this file system takes for the same, e.g. `cat.jpg` for `Cat.jpg`.
 */
export type Finding =
  | { readonly kind: 'file'; readonly stats: BigIntStats }
  | { readonly kind: 'free' | 'blocked' | 'clash' };

export function placesOf(root: Root, key: string): { readonly plain: Place; readonly flat: Place } {
  const place = (home: Home, relative: string): Place => ({ home, relative, absolute: root.at(relative) });
  return { plain: place('plain', plainPath(key)), flat: place('flat', flatPath(key)) };
}

/** Looks at a place without ever following a symbolic link. */
export async function lookAt(root: Root, place: Place, traits: FileSystemTraits): Promise<Finding> {
  try {
    const parent = dirname(place.absolute);
    // One call resolves every link on the way: the answer differs from the question if there was one.
    if (parent !== root.path && (await realpath(parent)) !== parent) return { kind: 'blocked' };
    const stats = await lstat(place.absolute, { bigint: true });
    if (!traits.exactNames && !(await isExact(root, place))) return { kind: 'clash' };
    return stats.isFile() ? { kind: 'file', stats } : { kind: 'blocked' };
  } catch (error) {
    if (errno(error) === 'ENOENT') return { kind: 'free' };
    if (errno(error) === 'ENOTDIR' || errno(error) === 'ELOOP') return { kind: 'blocked' };
    throw error;
  }
}

export interface Found {
  readonly place: Place;
  readonly stats: BigIntStats;
}

/** The file of a key, wherever it lies. */
export async function find(root: Root, key: string, traits: FileSystemTraits): Promise<Found | undefined> {
  const { plain, flat } = placesOf(root, key);
  for (const place of [plain, flat]) {
    const finding = await lookAt(root, place, traits);
    if (finding.kind === 'file') return { place, stats: finding.stats };
  }
  return undefined;
}

/** Is each name on the way written exactly so? A listing is the only one who tells. */
async function isExact(root: Root, place: Place): Promise<boolean> {
  for (let path = place.absolute; path !== root.path; path = dirname(path)) {
    if (!(await readdir(dirname(path))).includes(basename(path))) return false;
  }
  return true;
}

/**
 * Makes the folders that a place lies in, durably, one by one so that no symbolic link is followed.
 * @returns false when something is in the way
 */
export async function makeParents(root: Root, place: Place, at: At): Promise<boolean> {
  const names = place.relative.split('/').slice(0, -1);
  for (let depth = 1; depth <= names.length; depth += 1) {
    const folder = root.at(names.slice(0, depth).join('/'));
    const made = await unless(
      ['EEXIST'],
      mkdir(folder).then(() => true),
    );
    if (made === true) {
      await at('folder.parent-made');
      await syncFolder(dirname(folder));
    } else if (!(await lstat(folder)).isDirectory()) return false;
  }
  return true;
}
