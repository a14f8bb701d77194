/** Samples as files store them, made those of a {@link Picture}. */
import { damaged } from '../refusal.ts';

/**
 * Part of a file that must be there.
 * @throws KuvaError `image-damaged`
 */
export function pixelBytes(bytes: Buffer, start: number, length: number, name: string): Buffer {
  if (start + length > bytes.length) throw damaged(`The ${name} is cut short: pixels are missing`);
  return bytes.subarray(start, start + length);
}

/** The same samples in little-endian order, as a copy. */
export function littleEndian16(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

/**
 * Samples from 0 to `max` stretched to all values that so many bits have, rounded: 0 stays 0, `max` becomes the largest.
 * Changes them where they stand.
 */
export function stretch(data: Buffer, depth: 8 | 16, max: number): Buffer {
  const full = 2 ** depth - 1;
  if (max === full) return data;
  for (let at = 0; at < data.length; at += depth / 8) {
    const value = depth === 8 ? (data[at] ?? 0) : data.readUInt16LE(at);
    if (value > max)
      throw damaged(`A pixel has the value ${value}, and the header says that ${max} is the most`);
    const wide = Math.round((value * full) / max);
    if (depth === 8) data[at] = wide;
    else data.writeUInt16LE(wide, at);
  }
  return data;
}

/** Black becomes white, in place. */
export function inverted(data: Buffer): Buffer {
  for (let at = 0; at < data.length; at++) data[at] = 255 - (data[at] ?? 0);
  return data;
}

/** Bits, the highest of a byte first and rows beginning with a byte each, as bytes of 0 to `2 ** bits - 1`. */
export function unpackBits(rows: Buffer, width: number, height: number, bits: 1 | 2 | 4): Buffer {
  const stride = Math.ceil((width * bits) / 8);
  const data = Buffer.alloc(width * height);
  const perByte = 8 / bits;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = rows[y * stride + Math.floor(x / perByte)] ?? 0;
      data[y * width + x] = (byte >> (8 - bits * ((x % perByte) + 1))) & (2 ** bits - 1);
    }
  }
  return data;
}

/** Rows in the opposite order, as a copy. */
export function upsideDown(rows: Buffer, stride: number): Buffer {
  const turned = Buffer.allocUnsafe(rows.length);
  for (let at = 0; at < rows.length; at += stride)
    rows.copy(turned, rows.length - at - stride, at, at + stride);
  return turned;
}

/** Planes, one after the other, as samples beside each other. */
export function interleaved(planes: readonly Buffer[], sample: 1 | 2): Buffer {
  const [first] = planes;
  const count = (first?.length ?? 0) / sample;
  const data = Buffer.allocUnsafe(count * planes.length * sample);
  planes.forEach((plane, channel) => {
    for (let at = 0; at < count; at++) {
      const to = (at * planes.length + channel) * sample;
      data[to] = plane[at * sample] ?? 0;
      if (sample === 2) data[to + 1] = plane[at * 2 + 1] ?? 0;
    }
  });
  return data;
}
