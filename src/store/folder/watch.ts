import { type FSWatcher, watch } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { isObjectKey, type ObjectKey } from '../../image/key.ts';
import { keyOfPath, workFolder } from './names.ts';
import type { Root } from './root.ts';

/** Folders that are watched at most: each costs the system a watch, and a listing finds the rest. */
const maxFolders = 2_000;

/**
 * Tells of changes, one watcher a folder. Not `recursive`: on Linux Node then walks the tree by itself, watches
 * each file, our own work folder included, and throws out of nowhere when one vanishes under it.
 * No error is ever told: a watch is a hint, and the listing is the truth.
 */
export function watchFolder(root: Root, onHint: (key?: ObjectKey) => void, signal: AbortSignal): void {
  const watchers = new Map<string, FSWatcher>();

  const drop = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };

  const add = async (folder: string): Promise<void> => {
    if (signal.aborted || watchers.has(folder) || watchers.size >= maxFolders) return;
    try {
      const watcher = watch(root.at(folder), { persistent: false }, (_event, name) => {
        changed(folder, name);
      });
      watcher.on('error', () => {
        drop(folder);
      });
      watchers.set(folder, watcher);
      for await (const entry of await opendir(root.at(folder))) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && path.toLowerCase() !== workFolder) await add(path);
      }
    } catch {
      // Removed meanwhile, or no watches left.
      drop(folder);
    }
  };

  const changed = (folder: string, name: string | null) => {
    if (name === null) {
      onHint();
      return;
    }
    const path = join(folder, name);
    if (path.toLowerCase() === workFolder) return;
    const key = keyOfPath(path);
    onHint(key !== undefined && isObjectKey(key) ? key : undefined);
    // It may be a new folder, whose first files came before its watcher.
    if (watchers.has(path)) return;
    void add(path).then(() => {
      if (watchers.has(path)) onHint();
    });
  };

  void add('');
  signal.addEventListener(
    'abort',
    () => {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
    { once: true },
  );
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
