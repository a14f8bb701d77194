/** Cuts a file into what its format is made of, so that whole parts can be swapped, doubled, left out and borrowed. */
import { crc32 } from 'node:zlib';
import type { ImageFormat } from '../../../../src/image/format.ts';

/** Offset of the part's end; never beyond the file's. */
type Next = (bytes: Buffer, at: number) => number;

/** Where the first part ends, and then each one. Files come sound; what is behind the end of sense is one last part. */
const cutters: Readonly<Record<ImageFormat, { readonly first: number; readonly next: Next }>> = {
  jpeg: { first: 2, next: jpegSegment },
  png: { first: 8, next: (bytes, at) => at + 12 + bytes.readUInt32BE(at) },
  webp: { first: 12, next: (bytes, at) => at + 8 + even(bytes.readUInt32LE(at + 4)) },
  avif: { first: 0, next: avifBox },
  gif: { first: 13, next: gifBlock },
  // Wherever a directory begins: entries have 12 bytes.
  tiff: { first: 8, next: (_bytes, at) => at + 12 },
  svg: { first: 0, next: (bytes, at) => bytes.indexOf('<', at + 1) },
  heic: { first: 0, next: avifBox },
  jxl: { first: 2, next: (_bytes, at) => at + 16 },
  jp2: { first: 0, next: avifBox },
  ico: { first: 6, next: (_bytes, at) => at + 16 },
  psd: { first: 26, next: (_bytes, at) => at + 64 },
  bmp: { first: 14, next: (_bytes, at) => at + 40 },
  pnm: { first: 2, next: (_bytes, at) => at + 32 },
  fits: { first: 80, next: (_bytes, at) => at + 80 },
  dicom: { first: 132, next: (_bytes, at) => at + 10 },
  exr: { first: 8, next: (_bytes, at) => at + 24 },
  raw: { first: 8, next: (_bytes, at) => at + 12 },
};

/** The parts in their order; together they are the file. */
export function partsOf(bytes: Buffer, format: ImageFormat): Buffer[] {
  const { first, next } = cutters[format];
  const parts = first > 0 ? [bytes.subarray(0, first)] : [];
  let at = first;
  while (at < bytes.length) {
    let end: number;
    try {
      end = next(bytes, at);
    } catch {
      end = bytes.length;
    }
    if (end <= at || end > bytes.length) end = bytes.length;
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

/** Sizes and checksums made right again, so that what was changed is found where it matters and not at the gate. */
export function mended(bytes: Buffer, format: ImageFormat): Buffer {
  const copy = Buffer.from(bytes);
  if (format === 'webp' && copy.length >= 12) copy.writeUInt32LE(copy.length - 8, 4);
  if (format !== 'png') return copy;
  for (let at = 8; at + 12 <= copy.length; ) {
    const end = at + 12 + copy.readUInt32BE(at);
    if (end > copy.length) break;
    copy.writeUInt32BE(crc32(copy.subarray(at + 4, end - 4)), end - 4);
    at = end;
  }
  return copy;
}

const even = (length: number) => length + (length & 1);

function jpegSegment(bytes: Buffer, at: number): number {
  const marker = bytes.readUInt8(at + 1);
  const end = at + 2 + bytes.readUInt16BE(at + 2);
  if (marker !== 0xda) return end;
  let next = end;
  // Stuffed zeros and restart marks belong to the scan.
  do next = bytes.indexOf(0xff, next + 1);
  while (next >= 0 && (bytes[next + 1] === 0 || ((bytes[next + 1] ?? 0) & 0xf8) === 0xd0));
  return next;
}

/** A box; of those that hold others, the head alone. */
function avifBox(bytes: Buffer, at: number): number {
  const type = bytes.toString('latin1', at + 4, at + 8);
  if (type === 'meta') return at + 12;
  return ['iprp', 'ipco'].includes(type) ? at + 8 : at + bytes.readUInt32BE(at);
}

function gifBlock(bytes: Buffer, at: number): number {
  const kind = bytes.readUInt8(at);
  const tableBytes = (packed: number) => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));
  // The file's own table of colours stands where a block would.
  if (at === 13 && tableBytes(bytes.readUInt8(10)) > 0) return at + tableBytes(bytes.readUInt8(10));
  let next = kind === 0x21 ? at + 2 : at + 11 + tableBytes(bytes.readUInt8(at + 9));
  if (kind !== 0x21 && kind !== 0x2c) return at + 1;
  for (let size = bytes.readUInt8(next); size > 0; size = bytes.readUInt8(next)) next += 1 + size;
  return next + 1;
}
