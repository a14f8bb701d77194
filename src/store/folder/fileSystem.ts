import { link, lstat, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from './failure.ts';
import type { Workspace } from './workspace.ts';

/** What the folder's file system was seen to do. */
export interface FileSystemTraits {
  /** link(2) works: a name can be given only if it is free, in one step. */
  readonly hardLinks: boolean;
  /** `Cat.jpg` and `cat.jpg`, and composed and decomposed letters, are different names. */
  readonly exactNames: boolean;
  /** Files can be written here. */
  readonly writable: boolean;
}

/** Assumes nothing: where nothing may be written, nothing can be tried. */
export const cautiousFileSystem: FileSystemTraits = { hardLinks: false, exactNames: false, writable: false };

/** @throws the file system's own errors */
export async function probeFileSystem(workspace: Workspace): Promise<FileSystemTraits> {
  await workspace.ready();
  const base = workspace.temporary();
  const composed = `${base}-\u00e9a`;
  const others = [`${base}-e\u0301a`, `${base}-\u00e9A`];
  const linked = `${base}-link`;
  try {
    await writeFile(composed, '', { flag: 'wx' });
    const found = await Promise.all(others.map((path) => unless(['ENOENT'], lstat(path))));
    const kept = (await readdir(join(workspace.all, workspace.owner))).some((name) =>
      composed.endsWith(`/${name}`),
    );
    const hardLinks = await link(composed, linked).then(
      () => true,
      () => false,
    );
    const exactNames = kept && found.every((stats) => stats === undefined);
    return { hardLinks, exactNames, writable: true };
  } finally {
    await Promise.all([composed, linked].map((path) => rm(path, { force: true })));
  }
}
