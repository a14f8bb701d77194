/** The chunks of a WebP file: RFC 9649. */
import { damaged, readingStructure } from '../refusal.ts';

export interface WebpChunk {
  readonly type: string;
  /** Offset of the chunk's name. */
  readonly start: number;
  /** Offset behind it, padding included. */
  readonly end: number;
  readonly data: Buffer;
}

/** Several a frame, and far more frames than any animation has. */
const maxChunks = 1_000_000;

/** @throws KuvaError `image-damaged` when the file is shorter than it says */
export function readWebpChunks(bytes: Buffer): WebpChunk[] {
  return readingStructure('The WebP', () => {
    const size = bytes.readUInt32LE(4) + 8;
    if (size > bytes.length) {
      throw damaged(`The WebP is cut short: it has ${bytes.length} of its ${size} bytes`);
    }
    return chunksWithin(bytes, 12, size);
  });
}

/** Chunks between two offsets: those of the file, or of one frame of an animation. */
export function chunksWithin(bytes: Buffer, from: number, to: number): WebpChunk[] {
  const chunks: WebpChunk[] = [];
  let at = from;
  while (at + 8 <= to) {
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length;
    if (end > to) throw damaged('The WebP is corrupt: a chunk reaches beyond the end');
    if (chunks.length >= maxChunks)
      throw damaged(`The WebP is corrupt: it has more than ${maxChunks} chunks`);
    chunks.push({
      type: bytes.toString('latin1', at, at + 4),
      start: at,
      end: Math.min(end + (length & 1), to),
      data: bytes.subarray(at + 8, end),
    });
    at = end + (length & 1);
  }
  return chunks;
}

export function webpChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(8 + data.length + (data.length & 1));
  chunk.write(type, 0, 'latin1');
  chunk.writeUInt32LE(data.length, 4);
  data.copy(chunk, 8);
  return chunk;
}

/** Whether every frame is coded losslessly (VP8L); one lossy frame makes it a lossy file. */
export function isLosslessWebp(bytes: Buffer): boolean {
  const pictures = readWebpChunks(bytes).flatMap((chunk) =>
    chunk.type === 'ANMF' ? chunksWithin(chunk.data, 16, chunk.data.length) : [chunk],
  );
  return pictures.some(({ type }) => type === 'VP8L') && !pictures.some(({ type }) => type === 'VP8 ');
}
