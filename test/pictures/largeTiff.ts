/** TIFFs of very many pixels, that are written without being in memory. */
import { deflateSync } from 'node:zlib';

/** Pixels of one side of a tile. */
export const tileSide = 256;

/** Tags by their numbers in TIFF 6.0, with type (3: 16 bits, 4: 32 bits) and values. */
type Field = readonly [tag: number, type: 3 | 4, values: readonly number[]];

/** What a pixel of a block shows: each of the 32 kinds of block is another, and none is even. */
const shade = (kind: number, x: number, y: number): number => (x * 3 + (y >> 4) * 5 + kind * 7) & 255;

/**
 * Grey, 8 bits, deflate.
 * @param rows of a strip; left out: tiles of 256 × 256
 */
export function makeLargeTiff(side: number, rows?: number): Buffer {
  const [width, height] = rows === undefined ? [tileSide, tileSide] : [side, rows];
  const kinds = Array.from({ length: 32 }, (_, kind) => {
    const pixels = Buffer.alloc(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) pixels[y * width + x] = shade(kind, x & 255, y);
    return deflateSync(pixels, { level: 6 });
  });
  const count = Math.ceil(side / height) * (rows === undefined ? Math.ceil(side / width) : 1);
  const parts = Array.from({ length: count }, (_, index) => kinds[(index * 7) % 32] ?? Buffer.alloc(0));
  const offsets: number[] = [];
  let length = 8;
  for (const part of parts) {
    offsets.push(length);
    length += part.length;
  }
  const sizes = parts.map((part) => part.length);
  const shared: Field[] = [
    [256, 4, [side]],
    [257, 4, [side]],
    [258, 3, [8]],
    [259, 3, [8]],
    [262, 3, [1]],
    [277, 3, [1]],
  ];
  const places: Field[] =
    rows === undefined
      ? [
          [322, 4, [tileSide]],
          [323, 4, [tileSide]],
          [324, 4, offsets],
          [325, 4, sizes],
        ]
      : [
          [273, 4, offsets],
          [278, 4, [rows]],
          [279, 4, sizes],
        ];
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  const tail = directoryAt(
    length + (length % 2),
    [...shared, ...places].sort(([a], [b]) => a - b),
  );
  head.writeUInt32LE(tail.start, 4);
  return Buffer.concat([head, ...parts, Buffer.alloc(length % 2), ...tail.parts]);
}

function directoryAt(begin: number, fields: readonly Field[]): { start: number; parts: Buffer[] } {
  const parts: Buffer[] = [];
  let at = begin;
  const holder = Buffer.alloc(2 + fields.length * 12 + 4);
  holder.writeUInt16LE(fields.length);
  fields.forEach(([tag, type, values], index) => {
    const entry = 2 + index * 12;
    holder.writeUInt16LE(tag, entry);
    holder.writeUInt16LE(type, entry + 2);
    holder.writeUInt32LE(values.length, entry + 4);
    if (values.length === 1) {
      holder.writeUInt32LE(values[0] ?? 0, entry + 8);
      return;
    }
    const list = Buffer.alloc(values.length * 4);
    values.forEach((value, place) => list.writeUInt32LE(value, place * 4));
    holder.writeUInt32LE(at, entry + 8);
    parts.push(list);
    at += list.length;
  });
  return { start: at, parts: [...parts, holder] };
}
