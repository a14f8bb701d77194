/**
 * The store's own folder in the bucket's folder, on the same file system so that a rename is one step:
 *
 *     .kuva/held/<owner>/t12          a file being written
 *     .kuva/held/<owner>/a13p=<name>  a file taken aside from its plain path (`p`) or its flat place (`f`)
 *
 * A name tells where the file came from, since names survive a power cut that a file's content may not.
 */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from './durable.ts';
import { unless } from './failure.ts';
import { decodeFlatName, flatName, type Home, workFolder } from './names.ts';
import { ownerName } from './owner.ts';
import type { Root } from './root.ts';

export interface Workspace {
  /** Absolute path of all owners' folders. */
  readonly all: string;
  readonly owner: string;
  /** Makes sure that it is there; a missing bucket is not made anew. @throws KuvaError `bucket-missing` */
  ready(): Promise<void>;
  /** A path for a file that is being written. */
  temporary(): string;
  /** A path for a file that is taken aside, its folders made. */
  aside(key: string, home: Home): Promise<string>;
  /** Removes the folders that an aside path needed. */
  tidy(aside: string): Promise<void>;
  /** The path under which a dead owner's folder becomes ours. */
  claimed(): string;
  close(): Promise<void>;
}

export async function openWorkspace(root: Root): Promise<Workspace> {
  const owner = await ownerName();
  const all = join(root.path, workFolder, 'held');
  const own = join(all, owner);
  let count = 0;
  return {
    all,
    owner,
    async ready() {
      if ((await unless(['EEXIST'], makeIfParent(own))) !== 'no-parent') return;
      // Not there: either this is the first use, or somebody removed it, or the disk is unmounted.
      await root.check();
      for (const folder of [join(root.path, workFolder), all, own]) await unless(['EEXIST'], mkdir(folder));
      await syncFolder(root.path);
    },
    temporary() {
      count += 1;
      return join(own, `t${count}`);
    },
    async aside(key, home) {
      count += 1;
      const path = join(own, ...`a${count}${home === 'plain' ? 'p' : 'f'}=${flatName(key)}`.split('/'));
      if (dirname(path) !== own) await mkdir(dirname(path), { recursive: true });
      return path;
    },
    async tidy(aside) {
      for (let folder = dirname(aside); folder !== own && folder.startsWith(own); folder = dirname(folder)) {
        await rmdir(folder);
      }
    },
    claimed() {
      count += 1;
      return `${own}+${count}`;
    },
    async close() {
      const left = await unless(['ENOENT'], readdir(own));
      if (left?.length === 0) await rm(own, { recursive: true, force: true });
    },
  };
}

async function makeIfParent(folder: string): Promise<'made' | 'no-parent'> {
  return (
    (await unless(
      ['ENOENT'],
      mkdir(folder).then(() => 'made' as const),
    )) ?? 'no-parent'
  );
}

/** What an entry of an owner's folder is: the key and place of a file taken aside; undefined for all else. */
export function readAside(name: string): { readonly key: string; readonly home: Home } | undefined {
  const match = /^a\d+([pf])=([^]*)$/.exec(name);
  const key = match?.[2] === undefined ? undefined : decodeFlatName(match[2]);
  return key === undefined ? undefined : { key, home: match?.[1] === 'f' ? 'flat' : 'plain' };
}
