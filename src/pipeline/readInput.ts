import { createHash } from 'node:crypto';
import { KuvaError } from '../image/failure.ts';
import { showKey } from '../image/key.ts';
import type { QueuedImage } from '../ledger/contract.ts';
import type { ObjectStore, ObjectVersion } from '../store/contract.ts';

/** An input in memory: the very version that was queued. */
export interface ReadInput {
  readonly version: ObjectVersion;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/**
 * Reads the version that was queued, and hashes it on the way.
 * @throws KuvaError `object-changed`, `object-missing`, `store-*`
 */
export async function readInput(
  store: ObjectStore,
  queued: QueuedImage,
  signal?: AbortSignal,
): Promise<ReadInput> {
  const { key, etag } = queued.image;
  const { version, body } = await store.get(key, { ifMatch: etag, ...(signal && { signal }) });
  if (version.etag !== etag) {
    // A server that does not know If-Match answers with whatever is there.
    body.destroy();
    throw new KuvaError('object-changed', {
      what: `${showKey(key)} was replaced after it had been found`,
      data: 'The new object is an image of its own and is processed as such.',
    });
  }
  const bytes = Buffer.allocUnsafe(version.size);
  const hash = createHash('sha256');
  let filled = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an object body must be bytes');
    if (filled + chunk.length > bytes.length) throw wrongLength(queued, version.size);
    bytes.set(chunk, filled);
    hash.update(chunk);
    filled += chunk.length;
  }
  if (filled !== bytes.length) throw wrongLength(queued, version.size);
  return { version, bytes, sha256: hash.digest('hex') };
}

function wrongLength(queued: QueuedImage, announced: number): KuvaError {
  return new KuvaError('store-unreachable', {
    what: `Reading ${showKey(queued.image.key)} gave another number of bytes than the ${announced} that the store had announced`,
    data: 'The input stays where it is and is read again.',
  });
}
