import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { KuvaError } from '../image/failure.ts';
import { showKey } from '../image/key.ts';
import type { SpareMemory } from '../image/spareMemory.ts';
import type { Attempt, QueuedImage } from '../ledger/contract/attempt.ts';
import type { ObjectStore, ObjectVersion } from '../store/contract.ts';
import type { PipelineParts } from './parts.ts';

/**
 * Bytes of one input that are taken in one go, about a millisecond of work. Then the event loop has a turn: of what has come,
 * a socket gives megabytes, and there are many of them.
 */
const gulp = 128 * 1024;

/** An input in memory: the very version that was queued. */
export interface ReadInput {
  readonly version: ObjectVersion;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** To be called when nobody needs the bytes any more, so that their memory is used again. May be left out. */
  readonly release?: () => void;
}

/** Bytes from which an input's memory is used again; smaller ones cost little. */
const large = 256 * 1024;

/**
 * Reads the version that was queued, and hashes it on the way. Where the store tells the MD5 of the bytes, a bit that
 * was flipped on the way is noticed: the output would be made from it, and the input deleted. Of a server that was not
 * tried out, an ETag may look like an MD5 and be none: then two readings that agree will do.
 * @throws KuvaError `object-changed`, `object-missing`, `store-*`
 */
export async function readInput(
  store: ObjectStore,
  queued: QueuedImage,
  signal?: AbortSignal,
  spare?: SpareMemory,
): Promise<ReadInput> {
  const first = await readOnce(store, queued, signal, spare);
  if (first.fitsEtag) return first;
  const second = await readOnce(store, queued, signal, spare);
  const same = first.sha256 === second.sha256;
  if (second.fitsEtag || (same && !second.vouched)) return second;
  throw new KuvaError('store-corrupted', {
    what: `${showKey(queued.image.key)} had other bytes ${same ? 'than the store says it has' : 'each time that it was read'}`,
    data: 'The input stays where it is; nothing was made from the wrong bytes.',
    remedy: 'If it happens again, check the network and the memory of this machine.',
  });
}

/**
 * What an attempt reads: its input, or the copy of it that was moved away when it was done before.
 * @throws KuvaError as {@link readInput}; `bucket-missing` when the copy lies in another place than the configured one
 */
export function readAttempt(
  { input, archive, spare }: Pick<PipelineParts, 'input' | 'archive' | 'spare'>,
  { imageId: id, image, size, source }: Attempt,
  signal?: AbortSignal,
): Promise<ReadInput> {
  if (source === undefined) return readInput(input, { id, image, size }, signal, spare);
  if (archive?.bucket === source.bucket) {
    const { key, etag } = source;
    return readInput(archive, { id, image: { ...image, key, etag }, size }, signal, spare);
  }
  throw new KuvaError('bucket-missing', {
    what: `The copy of ${showKey(image.key)} lies in ${source.bucket}, which is not what this worker moves inputs to`,
    data: 'It stays where it is, and waits.',
    remedy: 'Set `done: move:` to that place for as long as this takes.',
  });
}

interface ReadOnce extends ReadInput {
  /** It has the MD5 that the ETag names, or the ETag names none. */
  readonly fitsEtag: boolean;
  /** The store is known to tell the MD5, and told this one. */
  readonly vouched: boolean;
}

async function readOnce(
  store: ObjectStore,
  queued: QueuedImage,
  signal?: AbortSignal,
  spare?: SpareMemory,
): Promise<ReadOnce> {
  const { key, etag } = queued.image;
  const { version, body, md5: told } = await store.get(key, { ifMatch: etag, ...(signal && { signal }) });
  if (version.etag !== etag) {
    // A server that does not know If-Match answers with whatever is there.
    body.destroy();
    throw new KuvaError('object-changed', {
      what: `${showKey(key)} was replaced after it had been found`,
      data: 'The new object is an image of its own and is processed as such.',
    });
  }
  const memory = version.size < large ? undefined : spare?.take(version.size);
  const bytes =
    memory === undefined ? Buffer.allocUnsafe(version.size) : Buffer.from(memory, 0, version.size);
  // Both as the bytes come: of a large file at once, they would keep the event loop from everything else.
  const hash = createHash('sha256');
  const md5 = /^[0-9a-f]{32}$/.test(etag) ? createHash('md5') : undefined;
  let filled = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an object body must be bytes');
    if (filled + chunk.length > bytes.length) throw wrongLength(queued, version.size);
    bytes.set(chunk, filled);
    hash.update(chunk);
    md5?.update(chunk);
    if (Math.floor(filled / gulp) !== Math.floor((filled + chunk.length) / gulp)) await breathe();
    filled += chunk.length;
  }
  if (filled !== bytes.length) throw wrongLength(queued, version.size);
  const fitsEtag = md5 === undefined || md5.digest('hex') === etag;
  return {
    version,
    bytes,
    sha256: hash.digest('hex'),
    fitsEtag,
    vouched: told !== undefined,
    ...(memory !== undefined && {
      release: () => {
        spare?.give(memory);
      },
    }),
  };
}

function wrongLength(queued: QueuedImage, announced: number): KuvaError {
  return new KuvaError('store-unreachable', {
    what: `Reading ${showKey(queued.image.key)} gave another number of bytes than the ${announced} that the store had announced`,
    data: 'The input stays where it is and is read again.',
  });
}
