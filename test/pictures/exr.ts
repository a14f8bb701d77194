/** OpenEXR files of the light that {@link makePixels} stand for, by sRGB's curve. */
import { deflateSync } from 'node:zlib';
import type { Pixels } from './pixels.ts';

export interface ExrOptions {
  readonly compression?: 'none' | 'rle' | 'zips' | 'zip';
  /** 32 bits a sample instead of 16. */
  readonly float?: boolean;
  /** Factor for the light. */
  readonly exposure?: number;
}

const names = { 1: ['Y'], 2: ['Y', 'A'], 3: ['R', 'G', 'B'], 4: ['R', 'G', 'B', 'A'] } as const;

export function exr(pixels: Pixels, options: ExrOptions = {}): Buffer {
  const { compression = 'zip', float = false, exposure = 1 } = options;
  const { width, height, channels, depth, data } = pixels;
  const bytesEach = float ? 4 : 2;
  const max = 2 ** depth - 1;
  const sample = (at: number) => (depth === 8 ? (data[at] ?? 0) : data.readUInt16LE(at * 2)) / max;
  const light = (x: number, y: number, channel: number): number => {
    const at = (y * width + x) * channels;
    const alpha = channels % 2 === 0 ? sample(at + channels - 1) : 1;
    const value = sample(at + channel);
    if (channels % 2 === 0 && channel === channels - 1) return alpha;
    return (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4) * alpha * exposure;
  };
  // Channels are stored by their names' order.
  const order = names[channels]
    .map((name, channel) => ({ name, channel }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.concat(
      order.map(({ channel }) => {
        const row = Buffer.alloc(width * bytesEach);
        for (let x = 0; x < width; x++) {
          if (float) row.writeFloatLE(light(x, y, channel), x * 4);
          else row.writeUInt16LE(halfOf(light(x, y, channel)), x * 2);
        }
        return row;
      }),
    ),
  );
  const int = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, at) => bytes.writeInt32LE(value, at * 4));
    return bytes;
  };
  const attribute = (name: string, type: string, value: Buffer) =>
    Buffer.concat([Buffer.from(`${name}\0${type}\0`), int(value.length), value]);
  const list = order.map(({ name }) =>
    Buffer.concat([Buffer.from(`${name}\0`), int(float ? 2 : 1, 0, 1, 1)]),
  );
  const window = int(0, 0, width - 1, height - 1);
  const head = Buffer.concat([
    Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0]),
    attribute('channels', 'chlist', Buffer.concat([...list, Buffer.alloc(1)])),
    attribute(
      'compression',
      'compression',
      Buffer.from([['none', 'rle', 'zips', 'zip'].indexOf(compression)]),
    ),
    attribute('dataWindow', 'box2i', window),
    attribute('displayWindow', 'box2i', window),
    attribute('lineOrder', 'lineOrder', Buffer.alloc(1)),
    Buffer.alloc(1),
  ]);
  const lines = compression === 'zip' ? 16 : 1;
  const chunks: Buffer[] = [];
  for (let y = 0; y < height; y += lines) {
    const plain = Buffer.concat(rows.slice(y, y + lines));
    const packed = packedAs(compression, plain);
    const stored = packed.length < plain.length ? packed : plain;
    chunks.push(Buffer.concat([int(y, stored.length), stored]));
  }
  const offsets = Buffer.alloc(chunks.length * 8);
  let at = head.length + offsets.length;
  chunks.forEach((chunk, index) => {
    offsets.writeBigUInt64LE(BigInt(at), index * 8);
    at += chunk.length;
  });
  return Buffer.concat([head, offsets, ...chunks]);
}

/** IEEE 754 binary16, rounded to nearest; for numbers from 0 to 65504. */
function halfOf(value: number): number {
  if (value < 2 ** -14) return Math.round(value * 2 ** 24);
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) + Math.round((value / 2 ** exponent - 1) * 1_024);
}

function packedAs(compression: NonNullable<ExrOptions['compression']>, plain: Buffer): Buffer {
  if (compression === 'none') return plain;
  const even = plain.filter((_, at) => at % 2 === 0);
  const odd = plain.filter((_, at) => at % 2 === 1);
  const split = Buffer.concat([even, odd]);
  const stored = Buffer.from(
    split.map((value, at) => (at === 0 ? value : value - (split[at - 1] ?? 0) + 128)),
  );
  return compression === 'rle' ? runs(stored) : deflateSync(stored);
}

function runs(bytes: Buffer): Buffer {
  const parts: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let same = 1;
    while (same < 128 && bytes[at + same] === bytes[at]) same++;
    if (same > 2) {
      parts.push(same - 1, bytes[at] ?? 0);
      at += same;
    } else {
      const count = Math.min(100, bytes.length - at);
      parts.push(256 - count, ...bytes.subarray(at, at + count));
      at += count;
    }
  }
  return Buffer.from(parts);
}
