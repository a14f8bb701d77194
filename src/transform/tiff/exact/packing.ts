/** The bytes of a strip or tile, unpacked and packed. */
import { deflateSync, inflateSync } from 'node:zlib';
import { damaged } from '../../refusal.ts';
import type { Packing } from './layout.ts';
import { packLzw, unpackLzw } from './lzw.ts';

/**
 * @param size bytes that must come out
 * @param most bytes that may: writers fill the last strip up
 * @throws KuvaError `image-damaged`
 */
export function unpacked(data: Buffer, packing: Packing, size: number, most: number): Buffer {
  const plain = unpack(data, packing, size, most);
  if (plain.length < size) throw damaged('The TIFF is cut short: pixels are missing');
  return plain.subarray(0, size);
}

function unpack(data: Buffer, packing: Packing, size: number, most: number): Buffer {
  switch (packing) {
    case 'none':
      return data;
    case 'lzw':
      return unpackLzw(data, size);
    case 'packbits':
      return unpackBytes(data, size);
    case 'deflate':
      try {
        return inflateSync(data, { maxOutputLength: Math.max(size, most) });
      } catch (thrown) {
        throw damaged('The TIFF is corrupt: its pixels cannot be unpacked (deflate)', thrown);
      }
  }
}

/** PackBits (TIFF 6.0, section 9). */
function unpackBytes(data: Buffer, size: number): Buffer {
  const out = Buffer.alloc(size);
  let made = 0;
  for (let at = 0; at < data.length && made < size; ) {
    const code = data.readInt8(at++);
    if (code === -128) continue;
    const count = code >= 0 ? code + 1 : 1 - code;
    if (code >= 0) {
      data.copy(out, made, at, at + count);
      at += count;
      if (at > data.length) return out.subarray(0, 0);
    } else out.fill(data[at++] ?? 0, made, Math.min(size, made + count));
    made += count;
  }
  return made < size ? out.subarray(0, made) : out;
}

/** @param row bytes of a row: PackBits begins anew with each */
export function packed(data: Buffer, packing: Packing, row: number): Buffer {
  switch (packing) {
    case 'none':
      return Buffer.from(data);
    case 'lzw':
      return packLzw(data);
    case 'packbits':
      return packBytes(data, row);
    case 'deflate':
      return deflateSync(data, { level: 6 });
  }
}

function packBytes(data: Buffer, row: number): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < data.length; start += row)
    parts.push(packRow(data.subarray(start, start + row)));
  return Buffer.concat(parts);
}

function packRow(row: Buffer): Buffer {
  const out = Buffer.allocUnsafe(row.length + Math.ceil(row.length / 128));
  let made = 0;
  let plain = 0;
  const flush = (end: number): void => {
    while (plain < end) {
      const count = Math.min(128, end - plain);
      out[made++] = count - 1;
      row.copy(out, made, plain, plain + count);
      made += count;
      plain += count;
    }
  };
  for (let at = 0; at < row.length; ) {
    let run = 1;
    while (run < 128 && at + run < row.length && row[at + run] === row[at]) run++;
    if (run > 2) {
      flush(at);
      out[made++] = 257 - run;
      out[made++] = row[at] ?? 0;
      plain = at + run;
    }
    at += run;
  }
  flush(row.length);
  return out.subarray(0, made);
}
