import type { ObjectKey } from '../../image/key.ts';
import type { ReceivedObject, ReceiveOptions } from '../contract.ts';
import { Received } from '../received.ts';
import type { S3Client } from './client.ts';
import { type UploadOptions, uploadParts } from './multipart.ts';
import type { S3Traits } from './traits.ts';
import { putWhole } from './write.ts';

export interface ReceiveObjectOptions extends ReceiveOptions, Pick<UploadOptions, 'guard'> {
  readonly partSize: number;
  readonly traits: S3Traits;
}

/**
 * Writes an object as its bytes come: one that fits into a part with one request, any other in parts, of which one is
 * held in memory. What breaks off is aborted and was never there.
 */
export async function receiveObject(
  client: S3Client,
  key: ObjectKey,
  pieces: AsyncIterable<Uint8Array>,
  options: ReceiveObjectOptions,
): Promise<ReceivedObject> {
  const { contentType, condition, guard, traits, expected, signal } = options;
  const received = new Received();
  const parts = inParts(pieces, options.partSize, received)[Symbol.asyncIterator]();
  const common = {
    contentType,
    ...(condition !== undefined && { condition }),
    ...(signal !== undefined && { signal }),
  };
  try {
    return await send();
  } finally {
    await parts.return(undefined);
  }

  async function send(): Promise<ReceivedObject> {
    const [first, second] = [await parts.next(), await parts.next()];
    const begin = first.done === true ? new Uint8Array() : first.value;
    if (second.done === true) {
      const sha256 = received.end(key, expected);
      return { version: await putWhole(client, key, begin, { ...common, sha256 }, traits), sha256 };
    }
    let sha256 = '';
    const version = await uploadParts(client, key, { ...common, guard }, async (sendPart) => {
      await sendPart(begin);
      await sendPart(second.value);
      for (let part = await parts.next(); part.done !== true; part = await parts.next())
        await sendPart(part.value);
      sha256 = received.end(key, expected);
    });
    return { version, sha256 };
  }
}

/** The same bytes in pieces of one size, the last one smaller. */
async function* inParts(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  received: Received,
): AsyncGenerator<Uint8Array, undefined> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    received.add(piece);
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < size) continue;
    const all = Buffer.concat(waiting);
    let start = 0;
    for (; bytes - start >= size; start += size) yield all.subarray(start, start + size);
    waiting = start === bytes ? [] : [all.subarray(start)];
    bytes -= start;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
  return undefined;
}
