/** The chunks of a PNG file: W3C PNG specification (third edition), sections 5 and 11. */
import { crc32 } from 'node:zlib';
import { damaged } from '../refusal.ts';

/** 8 KB a chunk, as libpng writes them, is 8 GB of pixels. */
const maxChunks = 1_000_000;

/** So many may be tiny: each one costs hundreds of bytes of memory, whatever it holds. */
const maxTiny = 100_000;
const tiny = 256;

export interface Chunk {
  /** Four letters; a lower-case first one marks a chunk that decoders may skip. */
  readonly type: string;
  /** Offset of the chunk's length. */
  readonly start: number;
  readonly end: number;
  readonly data: Buffer;
}

/**
 * All chunks, each checked against its CRC, up to and with IEND. What follows it is no part of the image.
 * @throws KuvaError `image-damaged`
 */
export function readPngChunks(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  let at = 8;
  for (;;) {
    if (at + 12 > bytes.length) throw damaged('The PNG is cut short: it ends before its last chunk');
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged('The PNG is corrupt: a chunk has no name');
    if (end > bytes.length) throw damaged(`The PNG is cut short within its chunk ${type}`);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      throw damaged(`The PNG is corrupt: the checksum of its chunk ${type} does not match`);
    }
    if (chunks.length >= maxChunks) throw damaged(`The PNG is corrupt: it has more than ${maxChunks} chunks`);
    if (chunks.length >= maxTiny && end < chunks.length * tiny)
      throw damaged(`The PNG is corrupt: it has more than ${maxTiny} chunks of a few bytes each`);
    chunks.push({ type, start: at, end, data: bytes.subarray(at + 8, end - 4) });
    if (type === 'IEND') return chunks;
    at = end;
  }
}

/** A chunk's bytes, with length and CRC. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
