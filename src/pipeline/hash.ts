import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Readable } from 'node:stream';

/** Bytes hashed in one go: about 5 ms of one core, so that the event loop stays awake. */
const slice = 4 * 1024 * 1024;

/** SHA-256 in lower-case hexadecimal. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += slice) {
    if (at > 0) await breathe();
    hash.update(bytes.subarray(at, at + slice));
  }
  return hash.digest('hex');
}

/** SHA-256 of a stream, read to its end and held in memory a chunk at a time. */
export async function sha256OfStream(body: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an object body must be bytes');
    hash.update(chunk);
  }
  return hash.digest('hex');
}
