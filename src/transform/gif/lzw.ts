/**
 * Counts the pixels in a GIF's LZW data without making them (GIF 89a, appendix F). Decoders go on silently when a
 * frame ends early, and so show half a picture: this is how it is noticed.
 */
import { damaged } from '../refusal.ts';

const maxCodes = 4096;

/**
 * Follows the codes until `pixels` pixels are there.
 * @param codeSize LZW minimum code size, bits
 * @throws KuvaError `image-damaged` when the data end before, or hold a code that does not exist
 */
export function checkLzw(data: Buffer, codeSize: number, pixels: number, frame: number): void {
  if (codeSize < 1 || codeSize > 11) throw corrupt(frame);
  const clear = 2 ** codeSize;
  // How many pixels each code stands for; the only thing about it that counts here.
  const lengths = new Uint32Array(maxCodes).fill(1, 0, clear);
  let next = clear + 2;
  let width = codeSize + 1;
  let previous = 0;
  let made = 0;
  let bits = 0;
  let buffer = 0;
  let at = 0;
  while (made < pixels) {
    while (bits < width) {
      if (at >= data.length) {
        throw damaged(`The GIF is cut short: frame ${frame} has ${made} of its ${pixels} pixels`);
      }
      buffer |= data.readUInt8(at++) << bits;
      bits += 8;
    }
    const code = buffer & ((1 << width) - 1);
    buffer >>>= width;
    bits -= width;
    if (code === clear) {
      next = clear + 2;
      width = codeSize + 1;
      previous = 0;
      continue;
    }
    if (code === clear + 1) {
      throw damaged(`The GIF is cut short: frame ${frame} has ${made} of its ${pixels} pixels`);
    }
    // The code that is being defined stands for the previous one and one pixel more.
    if (code > next || (code === next && previous === 0)) throw corrupt(frame);
    const length = code === next ? previous + 1 : (lengths[code] ?? 0);
    made += length;
    if (previous > 0 && next < maxCodes) {
      lengths[next++] = previous + 1;
      if (next === 1 << width && width < 12) width++;
    }
    previous = length;
  }
}

function corrupt(frame: number) {
  return damaged(`The GIF is corrupt: the pixels of frame ${frame} cannot be unpacked`);
}
