import type { FileSystemTraits } from './fileSystem.ts';
import type { Root } from './root.ts';
import type { Workspace } from './workspace.ts';

/** An opened folder, as the operations on it need it. */
export interface Folder {
  readonly root: Root;
  readonly workspace: Workspace;
  readonly traits: FileSystemTraits;
}
