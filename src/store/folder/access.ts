import { createHash } from 'node:crypto';
import { toKuvaError } from '../../image/failure.ts';
import type { AccessCheck } from '../access.ts';
import type { Access } from '../contract.ts';
import { scratchKey } from '../scratch.ts';
import type { Folder } from './folder.ts';
import { listFiles } from './list.ts';
import { getFile } from './read.ts';
import { removeFile } from './remove.ts';
import { putFile } from './write.ts';

const trials: Readonly<Record<Access, { tried: string; run: (folder: Folder) => Promise<void> }>> = {
  read: { tried: 'listed the folder and opened a file', run: tryRead },
  write: { tried: 'wrote a scratch file', run: tryWrite },
  // Removing a name from a folder and adding one need the same right.
  delete: { tried: 'removed a scratch file', run: tryWrite },
};

/** Tries each right by effect; see `CheckedStore`. */
export async function checkFolderAccess(
  folder: Folder,
  needs: readonly Access[],
  signal?: AbortSignal,
): Promise<AccessCheck[]> {
  const checks: AccessCheck[] = [];
  for (const access of needs) {
    signal?.throwIfAborted();
    const { tried, run } = trials[access];
    try {
      await run(folder);
      checks.push({ access, tried, allowed: true });
    } catch (thrown) {
      checks.push({ access, tried, allowed: false, failure: toKuvaError(thrown) });
    }
  }
  return checks;
}

async function tryRead({ root, traits }: Folder): Promise<void> {
  for await (const page of listFiles(root, traits, { pageSize: 10 })) {
    const first = page.objects[0];
    if (first === undefined) continue;
    const { body } = await getFile(root, traits, first.key);
    body.destroy();
    return;
  }
}

async function tryWrite(folder: Folder): Promise<void> {
  const body = Buffer.from('a scratch file of kuva');
  const sha256 = createHash('sha256').update(body).digest('hex');
  const version = await putFile(folder, scratchKey(), body, { contentType: 'text/plain', sha256 });
  await removeFile(folder, version);
}
