import { mkdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KuvaError } from '../../image/failure.ts';
import { onFiles, unless } from './failure.ts';

/** The folder that is the bucket, held fast: it must stay the very folder that was opened. */
export interface Root {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** As it was named, made absolute: what the ledger keeps. */
  readonly name: string;
  readonly url: string;
  /** The absolute path of one that is relative to the root, with `/` between its names. */
  at(relative: string): string;
  /**
   * A disk that was unmounted leaves an empty folder under the same name; nothing may be written there, and its
   * emptiness means nothing.
   * @throws KuvaError `bucket-missing`
   */
  check(): Promise<void>;
}

/** @throws KuvaError `bucket-missing` when there is no such folder and `create` is not asked for */
export async function openRoot(path: string, create: boolean): Promise<Root> {
  const name = resolve(path);
  const doing = `opening the folder ${name}`;
  if (create) await onFiles(doing, () => mkdir(name, { recursive: true }));
  const identity = async () => {
    const stats = await onFiles(doing, () => unless(['ENOENT', 'ENOTDIR'], stat(name, { bigint: true })));
    return stats?.isDirectory() === true ? `${stats.dev}:${stats.ino}` : undefined;
  };
  const opened = await identity();
  if (opened === undefined) throw missing(name);
  const real = await onFiles(doing, () => realpath(name));
  return {
    path: real,
    name,
    url: pathToFileURL(name).href,
    at: (relative) => join(real, ...relative.split('/')),
    async check() {
      if ((await identity()) !== opened) throw missing(name);
    },
  };
}

function missing(name: string): KuvaError {
  return new KuvaError('bucket-missing', {
    what: `The folder ${name} is not there, or is not the one any more that was opened`,
    data: 'Nothing was changed; kuva does not make it anew while it runs, since its disk may only be unmounted.',
    remedy: 'Mount its disk or make the folder, then start again.',
  });
}
