import { lstat, opendir } from 'node:fs/promises';
import { isObjectKey, keyFault, showKey } from '../../image/key.ts';
import type { ListOptions, ListPage, ObjectVersion, Unusable } from '../contract.ts';
import { isScratch } from '../scratch.ts';
import { errno, fileFailure, onFiles, stopped, unless } from './failure.ts';
import type { FileSystemTraits } from './fileSystem.ts';
import { fileVersion } from './fileVersion.ts';
import { flatFolder, keyOfPath, workFolder } from './names.ts';
import { lookAt, placesOf } from './place.ts';
import type { Root } from './root.ts';

/** An entry that is not a folder, or a folder that cannot be read. Path relative to the root, with `/`. */
interface Entry {
  readonly path: string;
  readonly fault?: string;
}

/** How many entries are looked at together. */
const batchSize = 64;

/** All files, a page at a time, folder by folder, never more than a page in memory. Links are not followed. */
export async function* listFiles(
  root: Root,
  traits: FileSystemTraits,
  options: ListOptions = {},
  mend: () => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<ListPage> {
  const doing = `listing ${root.name}`;
  const { pageSize = 1000, prefix = '', signal } = options;
  await root.check();
  // What a killed process took aside is in the bucket, though not to be seen; where it cannot be mended, the rest can be read.
  await mend().catch(() => undefined);
  let page: Page = { objects: [], unusable: [] };
  let batch: Entry[] = [];
  for await (const entry of walk(root, '')) {
    stopped(doing, signal);
    batch.push(entry);
    if (batch.length < Math.min(batchSize, pageSize - page.objects.length)) continue;
    await onFiles(doing, () => lookAll(root, traits, batch, prefix, page));
    batch = [];
    if (page.objects.length + page.unusable.length < pageSize) continue;
    yield page;
    page = { objects: [], unusable: [] };
  }
  await onFiles(doing, () => lookAll(root, traits, batch, prefix, page));
  // A disk that was unmounted meanwhile looks like an empty folder.
  await root.check();
  if (page.objects.length + page.unusable.length > 0) yield page;
}

interface Page {
  readonly objects: ObjectVersion[];
  readonly unusable: Unusable[];
}

async function* walk(root: Root, folder: string): AsyncGenerator<Entry> {
  try {
    for await (const entry of await opendir(root.at(folder), { bufferSize: 256 })) {
      if (folder === '' && entry.name.toLowerCase() === workFolder) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* walk(root, path);
      else yield { path };
    }
  } catch (error) {
    // Removed meanwhile, or replaced by a file, which the next listing shows.
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return;
    if (folder === '' || errno(error) !== 'EACCES') throw fileFailure(error, `listing ${root.name}`);
    yield { path: folder, fault: 'the folder may not be read' };
  }
}

async function lookAll(
  root: Root,
  traits: FileSystemTraits,
  batch: readonly Entry[],
  prefix: string,
  page: Page,
): Promise<void> {
  const looks = await Promise.all(batch.map((entry) => look(root, traits, entry, prefix)));
  for (const found of looks) {
    if (found === undefined) continue;
    if ('reason' in found) page.unusable.push(found);
    else page.objects.push(found);
  }
}

async function look(
  root: Root,
  traits: FileSystemTraits,
  entry: Entry,
  prefix: string,
): Promise<ObjectVersion | Unusable | undefined> {
  const unusable = (reason: string): Unusable => ({ name: showKey(entry.path), reason });
  if (entry.fault !== undefined) return unusable(entry.fault);
  const stats = await unless(['ENOENT', 'ENOTDIR'], lstat(root.at(entry.path), { bigint: true }));
  if (stats === undefined) {
    // Node shows bytes that are not UTF-8 as U+FFFD, and such a name cannot be opened.
    return entry.path.includes('\ufffd') ? unusable('its name is not valid UTF-8') : undefined;
  }
  if (stats.isSymbolicLink()) return unusable('it is a symbolic link');
  if (!stats.isFile()) return unusable('it is not a regular file');
  const key = keyOfPath(entry.path);
  if (key === undefined) return unusable('its name has the mark %~ in a way that kuva does not write');
  if (!isObjectKey(key)) return unusable(keyFault(key) ?? 'its name is not usable');
  if (isScratch(key) || !key.startsWith(prefix)) return undefined;
  if (entry.path.startsWith(`${flatFolder}/`)) {
    // The plain path comes first, and an object is listed once.
    const plain = await lookAt(root, placesOf(root, key).plain, traits);
    if (plain.kind === 'file') return unusable('another file of that name lies at its plain path');
  }
  return fileVersion(key, stats);
}
