import type { At } from '../../image/crashPoint.ts';
import type { FileSystemTraits } from './fileSystem.ts';
import type { Root } from './root.ts';
import type { Workspace } from './workspace.ts';

/** An opened folder, as the operations on it need it. */
export interface Folder {
  readonly root: Root;
  readonly workspace: Workspace;
  readonly traits: FileSystemTraits;
  /** Passed between any two effects: for the tests, which crash there. */
  readonly at: At;
}
