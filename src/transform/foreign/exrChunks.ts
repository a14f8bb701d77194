/** Rows of an OpenEXR file, unpacked. */
import { inflateSync } from 'node:zlib';
import { damaged } from '../refusal.ts';
import type { ExrCompression } from './exrHeader.ts';

/**
 * @param size bytes that must come out
 * @throws KuvaError `image-damaged`
 */
export function unpackedChunk(packed: Buffer, compression: ExrCompression, size: number): Buffer {
  // What does not become smaller is stored as it is.
  if (compression === 'none' || packed.length === size) return whole(packed, size);
  if (compression === 'rle') return reordered(unpackedRuns(packed, size));
  return reordered(whole(inflated(packed, size), size));
}

function whole(bytes: Buffer, size: number): Buffer {
  if (bytes.length === size) return bytes;
  throw damaged('The EXR is corrupt: a chunk has too few or too many pixels');
}

function inflated(packed: Buffer, size: number): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: size });
  } catch (thrown) {
    throw damaged('The EXR is corrupt: a chunk cannot be unpacked', thrown);
  }
}

/** A count below zero stands before so many bytes as they are, another one before a byte that comes once more often. */
function unpackedRuns(packed: Buffer, size: number): Buffer {
  const data = Buffer.alloc(size);
  let [at, to] = [0, 0];
  while (at < packed.length) {
    const count = packed.readInt8(at);
    const length = count < 0 ? -count : count + 1;
    if (to + length > size) throw damaged('The EXR is corrupt: a chunk has too many pixels');
    if (count < 0) packed.copy(data, to, at + 1, at + 1 + length);
    else data.fill(packed.readUInt8(at + 1), to, to + length);
    at += count < 0 ? 1 + length : 2;
    to += length;
  }
  return whole(data.subarray(0, to), size);
}

/** Each byte was stored as its distance from the one before it, and the even ones before the odd ones. */
function reordered(stored: Buffer): Buffer {
  for (let at = 1; at < stored.length; at++)
    stored[at] = ((stored[at - 1] ?? 0) + (stored[at] ?? 0) - 128) & 0xff;
  const data = Buffer.allocUnsafe(stored.length);
  const middle = Math.ceil(stored.length / 2);
  for (let at = 0; at < stored.length; at++) data[at] = stored[(at >> 1) + (at & 1) * middle] ?? 0;
  return data;
}
