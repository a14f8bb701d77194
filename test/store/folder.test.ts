import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { keyOfPath } from '../../src/store/folder/names.ts';
import { openFolderStore } from '../../src/store/folder/store.ts';
import { keepsTheContract } from './contract.ts';

describe('a folder as a bucket', () => {
  keepsTheContract(
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'kuva-store-'));
      const store = await openFolderStore(folder);
      return {
        store,
        readOutside: () => readFolder(folder),
        close: async () => {
          await store.close();
          await rm(folder, { recursive: true });
        },
      };
    },
    { removal: 'exact', conditionalPut: true, versioned: false },
  );
});

async function readFolder(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(folder.length + 1);
    if (!entry.isFile() || relative.startsWith('.kuva/held')) continue;
    const hash = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    found.set(keyOfPath(relative) ?? `not a key: ${relative}`, hash);
  }
  return found;
}
