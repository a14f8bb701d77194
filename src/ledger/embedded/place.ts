import { type Stats, statSync } from 'node:fs';
import { access, chmod, chown, constants, lchown, mkdir, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { KuvaError } from '../../image/failure.ts';
import { type Binaries, locateBinaries } from './binaries.ts';
import { linkLibraries } from './libraries.ts';
import { type RunAs, runAs, userFor } from './runAs.ts';

/** Where an embedded PostgreSQL lives, and how its programs are started there. */
export interface Place {
  /** Absolute, without symbolic links. */
  readonly folder: string;
  /** PostgreSQL's own data folder. */
  readonly cluster: string;
  readonly log: string;
  readonly state: string;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  /** What LD_LIBRARY_PATH must be, when links are missing in the package. */
  readonly libraries: string | undefined;
}

/**
 * Makes the folder ready to use.
 * @throws KuvaError `folder-unusable`, `platform-unsupported`
 */
export async function preparePlace(dataFolder: string, binaries = locateBinaries()): Promise<Place> {
  const asked = path.resolve(dataFolder);
  const hasCluster = ownerOf(path.join(asked, 'cluster', 'PG_VERSION')) !== undefined;
  const user = userFor(ownerOf(asked), hasCluster);
  await unusableUnless(asked, async () => {
    const isNew = (await mkdir(asked, { recursive: true, mode: 0o755 })) !== undefined;
    if (isNew) await chmod(asked, 0o700);
  });
  const folder = await realpath(asked);
  const cluster = path.join(folder, 'cluster');
  const how = await runAs(user, binaries, folder);
  const libraries = await unusableUnless(folder, async () => {
    if (user !== undefined) await handOver(folder, cluster, user);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return linkLibraries(binaries.native, path.join(folder, 'lib'));
  });
  return {
    folder,
    cluster,
    log: path.join(folder, 'server.log'),
    state: path.join(folder, 'state.json'),
    binaries,
    runAs: how,
    libraries,
  };
}

/** Gives the folder to whom the server runs as; with the cluster, if root has brought that from somewhere else. */
async function handOver(
  folder: string,
  cluster: string,
  { uid, gid }: { uid: number; gid: number },
): Promise<void> {
  await chown(folder, uid, gid);
  if (ownerOf(cluster)?.uid !== 0) return;
  await chmod(cluster, 0o700);
  for (const entry of await readdir(cluster, { recursive: true }))
    await lchown(path.join(cluster, entry), uid, gid);
  await chown(cluster, uid, gid);
}

function ownerOf(folder: string): Stats | undefined {
  try {
    return statSync(folder, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Does something in the folder, and tells in plain words why it could not be done. */
export async function unusableUnless<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof KuvaError) throw cause;
    throw folderUnusable(folder, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

export function folderUnusable(folder: string, reason: string, cause?: unknown): KuvaError {
  return new KuvaError('folder-unusable', {
    what: `The embedded database cannot use ${folder}: ${reason}`,
    data: 'Nothing in it was changed.',
    remedy: remedyFor(reason),
    cause,
  });
}

function remedyFor(reason: string): string {
  if (/ENOSPC|EDQUOT|no space left|quota/i.test(reason))
    return 'Make room on that disk, or name another folder with --data.';
  if (/EROFS|read-only/i.test(reason)) return 'That disk takes no writes: name another folder with --data.';
  if (/EACCES|EPERM|permission|not permitted/i.test(reason)) {
    return 'Run kuva as the user that owns the folder, or name another one with --data.';
  }
  return 'Name another folder with --data.';
}
