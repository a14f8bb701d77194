/** Files that are no sound images: what people upload by mistake, and what a broken transfer leaves. */
import { crc32, deflateSync } from 'node:zlib';
import { generator } from './pixels.ts';

export const zeroBytes = Buffer.alloc(0);

export const textFile = Buffer.from('These are the notes of Tuesday: the sample was blurred.\n'.repeat(20));

/** What a browser saves when the picture was behind a login. */
export const htmlPage = Buffer.from(
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in to see this picture.</body></html>\n',
);

export function randomBytes(length: number, seed = 1): Buffer {
  const random = generator(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** The beginning of a file. @param part 0 to 1 */
export function truncated(bytes: Buffer, part = 0.6): Buffer {
  return Buffer.from(bytes.subarray(0, Math.floor(bytes.length * part)));
}

/** A file whose format can still be told, and whose header makes no sense behind that. */
export function corruptHeader(bytes: Buffer, keep = 12, length = 64, seed = 1): Buffer {
  const copy = Buffer.from(bytes);
  randomBytes(Math.min(length, copy.length - keep), seed).copy(copy, keep);
  return copy;
}

/** A file with one byte changed. */
export function flipped(bytes: Buffer, at: number, mask = 0x41): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

/** A few kilobytes that say they are 1.6 gigapixels, and unpack to them. */
export function bombPng(width = 40_000, height = 40_000): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  // One bit a pixel, all of them black: zeros pack well, and one stream is repeated as little as deflate lets.
  const rows = Buffer.alloc((1 + Math.ceil(width / 8)) * Math.min(height, 400));
  return pngOf([chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Chunks as a PNG file. */
export function pngOf(chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

export function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}
