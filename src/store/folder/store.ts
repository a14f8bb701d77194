import { KuvaError } from '../../image/failure.ts';
import type { At } from '../../image/crashPoint.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { CheckedStore } from '../access.ts';
import type { StoreCapabilities } from '../contract.ts';
import { checkFolderAccess } from './access.ts';
import { fileFailure, onFiles } from './failure.ts';
import { cautiousFileSystem, type FileSystemTraits, probeFileSystem } from './fileSystem.ts';
import type { Folder } from './folder.ts';
import { listFiles } from './list.ts';
import { createKeyLock } from './lock.ts';
import { mendLeftovers } from './mend.ts';
import { getFile, headFile } from './read.ts';
import { receiveFile } from './receive.ts';
import { removeFile } from './remove.ts';
import { openRoot } from './root.ts';
import { watchFolder } from './watch.ts';
import { openWorkspace, type Workspace } from './workspace.ts';
import { putFile } from './write.ts';

export interface FolderOptions {
  /** Make the folder if it is missing. Only while opening; later a missing folder may be an unmounted disk. */
  readonly create?: boolean;
  /** Passed between any two effects: for the tests, which crash there. */
  readonly at?: At;
}

/**
 * Opens a folder as a bucket, and mends what killed processes left in it. A folder that takes no writes can be
 * opened for reading.
 * @throws KuvaError `bucket-missing`, `store-*`
 */
export async function openFolderStore(path: string, options: FolderOptions = {}): Promise<CheckedStore> {
  const root = await openRoot(path, options.create === true);
  const workspace = await openWorkspace(root);
  const traits = await onFiles(`opening the folder ${root.name}`, () => firstLook(workspace));
  const folder: Folder = { root, workspace, traits, at: options.at ?? (() => Promise.resolve()) };
  if (traits.writable) {
    await onFiles(`tidying up in ${root.name}`, () => mendLeftovers(folder));
  }
  const lock = createKeyLock();
  return {
    url: root.url,
    bucket: root.name,
    probe: async () => {
      await root.check();
      return capabilitiesOf(traits);
    },
    list: (asked) =>
      listFiles(root, traits, asked, traits.writable ? () => mendLeftovers(folder) : undefined),
    head: (key, signal) => headFile(root, traits, key, signal),
    get: (key, asked) => getFile(root, traits, key, asked),
    put: (key, body, asked) => lock(key, () => putFile(folder, key, body, asked)),
    receive: (key, pieces, asked) => receiveFile(folder, lock, key, pieces, asked),
    delete: (version, signal) => lock(version.key, () => removeFile(folder, version, signal)),
    watch: (onHint: (key?: ObjectKey) => void, signal) => {
      watchFolder(root, onHint, signal);
    },
    checkAccess: (needs, signal) => checkFolderAccess(folder, needs, signal),
    close: () => onFiles(`closing the folder ${root.name}`, () => workspace.close()),
  };
}

async function firstLook(workspace: Workspace): Promise<FileSystemTraits> {
  try {
    return await probeFileSystem(workspace);
  } catch (error) {
    const failure = fileFailure(error, 'trying out the folder');
    // Reading and listing work all the same, and a full disk may have room again by the first write.
    if (['store-denied', 'store-readonly', 'store-full'].includes(failure.code)) return cautiousFileSystem;
    throw error instanceof KuvaError ? error : failure;
  }
}

function capabilitiesOf(traits: FileSystemTraits): StoreCapabilities {
  const names = traits.exactNames
    ? ''
    : '; its file system does not tell all names apart, so clashing ones are refused';
  const links = traits.hardLinks
    ? 'new files are written under exclusive names'
    : 'a write is preceded by a look, since the file system has no hard links';
  const rights = traits.writable ? links : 'it takes no writes';
  return {
    removal: 'exact',
    conditionalGet: true,
    conditionalPut: traits.hardLinks,
    versioned: false,
    partialWritesVisible: true,
    note: `Folder: an input is taken aside, compared, then removed; ${rights}${names}`,
  };
}
