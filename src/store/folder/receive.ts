import { open, rm } from 'node:fs/promises';
import type { ObjectKey } from '../../image/key.ts';
import { showKey } from '../../image/key.ts';
import type { ReceivedObject, ReceiveOptions } from '../contract.ts';
import { Received } from '../received.ts';
import { onFiles, stopped } from './failure.ts';
import { fileVersion, writingTime } from './fileVersion.ts';
import type { Folder } from './folder.ts';
import type { KeyLock } from './lock.ts';
import { checkCondition, publish } from './write.ts';

/**
 * Writes an object as its bytes come: beside, then as `putFile` does it. Nobody waits for this key meanwhile, only while
 * the finished file gets its name.
 * @throws KuvaError `object-exists`, `store-*`, `bucket-missing`, and whatever `pieces` throw
 */
export async function receiveFile(
  folder: Folder,
  lock: KeyLock,
  key: ObjectKey,
  pieces: AsyncIterable<Uint8Array>,
  { condition, expected, signal }: ReceiveOptions,
): Promise<ReceivedObject> {
  const { root, workspace } = folder;
  const doing = `writing ${showKey(key)} to ${root.name}`;
  stopped(doing, signal);
  await root.check();
  return onFiles(doing, async () => {
    await workspace.ready();
    await checkCondition(folder, key, condition);
    const temporary = workspace.temporary();
    const received = new Received();
    try {
      const handle = await open(temporary, 'wx');
      try {
        for await (const piece of pieces) {
          stopped(doing, signal);
          received.add(piece);
          await handle.writeFile(piece);
        }
        const sha256 = received.end(key, expected);
        await handle.sync();
        return await lock(key, async () => {
          stopped(doing, signal);
          const there = await checkCondition(folder, key, condition);
          // The time is part of the ETag: it is that of the moment when the object appears.
          const now = writingTime();
          await handle.utimes(now, now);
          await handle.sync();
          const version = fileVersion(key, await handle.stat({ bigint: true }));
          await publish(folder, key, temporary, there, condition);
          return { version, sha256 };
        });
      } finally {
        await handle.close();
      }
    } finally {
      await rm(temporary, { force: true });
    }
  });
}
