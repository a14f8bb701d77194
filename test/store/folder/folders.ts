import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CheckedStore } from '../../../src/store/access.ts';
import { openFolderStore } from '../../../src/store/folder/store.ts';

/** A folder of this test alone, removed at its end. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function temporaryStore(): Promise<{ readonly folder: string; readonly store: CheckedStore }> {
  const folder = await temporaryFolder();
  const store = await openFolderStore(folder);
  onTestFinished(() => store.close());
  return { folder, store };
}
