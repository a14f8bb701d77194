import { createHash } from 'node:crypto';
import { link, lstat, rename, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { KuvaError } from '../../image/failure.ts';
import { type ObjectKey, showKey } from '../../image/key.ts';
import type { ObjectVersion, PutOptions } from '../contract.ts';
import { syncFolder, writeDurably } from './durable.ts';
import { errno, onFiles, stopped, unless } from './failure.ts';
import { etagOf, fileVersion } from './fileVersion.ts';
import type { Folder } from './folder.ts';
import { type Finding, find, lookAt, makeParents, type Place, placesOf } from './place.ts';
import { takeAway } from './remove.ts';
import type { Root } from './root.ts';

/**
 * Writes an object: beside, synced to disk, then given its name in one step, and the name synced too.
 * To be called by one at a time for each key (see `lock.ts`).
 * @throws KuvaError `object-exists`, `object-changed`, `store-*`, `bucket-missing`
 */
export async function putFile(
  folder: Folder,
  key: ObjectKey,
  body: Uint8Array,
  options: PutOptions,
): Promise<ObjectVersion> {
  const { root, workspace } = folder;
  const doing = `writing ${showKey(key)} to ${root.name}`;
  stopped(doing, options.signal);
  await checkBytes(key, body, options.sha256);
  await root.check();
  return onFiles(doing, async () => {
    await workspace.ready();
    const there = await checkCondition(folder, key, options.condition);
    const temporary = workspace.temporary();
    try {
      const stats = await writeDurably(temporary, body, folder.at);
      stopped(doing, options.signal);
      await publish(folder, key, temporary, there, options.condition);
      return fileVersion(key, stats);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** Gives a finished file its name. To be called by one at a time for each key. */
export async function publish(
  folder: Folder,
  key: ObjectKey,
  temporary: string,
  there: Place | undefined,
  condition: PutOptions['condition'],
): Promise<void> {
  if (there === undefined) await publishNew(folder, key, temporary, condition === 'absent');
  else await replace(folder, temporary, there);
}

/** Bytes hashed in one go: about 5 ms of one core, so that the event loop stays awake. */
const slice = 4 * 1024 * 1024;

async function checkBytes(key: ObjectKey, body: Uint8Array, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  for (let at = 0; at < body.length; at += slice) {
    if (at > 0) await breathe();
    hash.update(body.subarray(at, at + slice));
  }
  if (hash.digest('hex') === sha256) return;
  throw new KuvaError('store-corrupted', {
    what: `The bytes of ${showKey(key)} do not have the SHA-256 that was computed for them`,
    data: 'Nothing was written.',
    remedy: 'If it happens again, check the memory of this machine.',
  });
}

export async function checkCondition(
  { root, traits }: Folder,
  key: ObjectKey,
  condition: PutOptions['condition'],
): Promise<Place | undefined> {
  const found = await find(root, key, traits);
  if (condition === 'absent' && found !== undefined) throw exists(root, key);
  if (typeof condition === 'object' && (found === undefined || etagOf(found.stats) !== condition.etag)) {
    throw new KuvaError('object-changed', {
      what: `${showKey(key)} in ${root.name} is not the object any more that was to be replaced`,
      data: 'It was left as it is; nothing was written.',
      remedy: 'Remove or rename it if it is not needed.',
    });
  }
  return found?.place;
}

function exists(root: Root, key: ObjectKey): KuvaError {
  return new KuvaError('object-exists', {
    what: `There is an object named ${showKey(key)} in ${root.name} already`,
    data: 'It was left as it is; nothing was written.',
    remedy: 'Remove or rename it if it is not needed.',
  });
}

async function replace({ at }: Folder, temporary: string, place: Place): Promise<void> {
  await rename(temporary, place.absolute);
  await at('folder.file-replaced');
  await syncFolder(dirname(place.absolute));
  await at('folder.name-synced');
}

/** Gives the file its name at the plain path, or in the flat place when something is in the way there. */
async function publishNew(
  folder: Folder,
  key: ObjectKey,
  temporary: string,
  mustBeNew: boolean,
): Promise<void> {
  const { root, traits } = folder;
  const { plain, flat } = placesOf(root, key);
  for (const [place, other] of [
    [plain, flat],
    [flat, plain],
  ] as const) {
    const finding = await lookAt(root, place, traits);
    if (finding.kind === 'clash') throw clash(root, key);
    if (finding.kind === 'blocked' || !(await makeParents(root, place, folder.at))) continue;
    const outcome = await giveName(folder, temporary, place, finding, mustBeNew);
    if (outcome === 'blocked') continue;
    if (outcome === 'exists') throw exists(root, key);
    await syncFolder(dirname(place.absolute));
    await folder.at('folder.name-synced');
    if (mustBeNew) await yieldToTwin(folder, key, place, other);
    return;
  }
  throw new KuvaError('object-exists', {
    what: `Something that is not an object lies in ${root.name} where ${showKey(key)} belongs`,
    data: 'It was left as it is; nothing was written.',
    remedy: 'Look at what is there, and move it away.',
  });
}

async function giveName(
  { traits, at }: Folder,
  temporary: string,
  place: Place,
  finding: Finding,
  mustBeNew: boolean,
): Promise<'given' | 'exists' | 'blocked'> {
  if (!traits.hardLinks || !mustBeNew) {
    if (finding.kind === 'file' && mustBeNew) return 'exists';
    const renamed = rename(temporary, place.absolute).then(() => 'given' as const);
    const outcome = (await unless(['EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'], renamed)) ?? 'blocked';
    if (outcome === 'given') await at('folder.file-named');
    return outcome;
  }
  try {
    await link(temporary, place.absolute);
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error;
    const there = await unless(['ENOENT'], lstat(place.absolute));
    return there?.isFile() === false ? 'blocked' : 'exists';
  }
  await at('folder.file-linked');
  await unlink(temporary);
  await at('folder.file-named');
  return 'given';
}

/**
 * Two writers of one key could take its two places, when what was in the way went away between their looks. Each
 * looks at the other's place after its own is taken, so that at least one sees the other; it steps back.
 */
async function yieldToTwin(folder: Folder, key: ObjectKey, place: Place, other: Place): Promise<void> {
  const twin = await lookAt(folder.root, other, folder.traits);
  if (twin.kind !== 'file') return;
  const own = await lookAt(folder.root, place, folder.traits);
  if (own.kind === 'file') await takeAway(folder, key, place, etagOf(own.stats));
  throw exists(folder.root, key);
}

function clash(root: Root, key: ObjectKey): KuvaError {
  return new KuvaError('object-exists', {
    what: `The file system of ${root.name} takes ${showKey(key)} for the same name as another file there`,
    data: 'That file was left as it is; nothing was written.',
    remedy:
      'Use names that differ in more than case or the form of accents, or a folder on another file system.',
  });
}
