/** BMP: Microsoft's documentation of BITMAPFILEHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER. */
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader, Picture } from './contract.ts';
import { pixelBytes, unpackBits, upsideDown } from './samples.ts';

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: 1 | 4 | 8 | 24 | 32;
  /** Offset of the pixels. */
  readonly start: number;
  /** Red, green and blue of each index, three bytes each. */
  readonly palette: Buffer;
  readonly hasAlpha: boolean;
}

function readBmp(bytes: Buffer): BmpHeader {
  return readingStructure('The BMP', () => {
    const size = bytes.readUInt32LE(14);
    if (size < 40) throw unusual('has the header of OS/2');
    const width = bytes.readInt32LE(18);
    const down = bytes.readInt32LE(22);
    const height = Math.abs(down);
    const depth = bytes.readUInt16LE(28);
    const bits = ([1, 4, 8, 24, 32] as const).find((each) => each === depth);
    const compression = bytes.readUInt32LE(30);
    if (width <= 0 || height === 0) throw damaged(`The header of the BMP says ${width} × ${down} pixels`);
    if (bits === undefined) throw unusual(`has ${depth} bits a pixel`);
    if (compression !== 0 && compression !== 3) throw unusual('is compressed');
    if (compression === 3 && !plainMasks(bytes, size))
      throw unusual('keeps its channels in an order of its own');
    const start = bytes.readUInt32LE(10);
    const used = bytes.readUInt32LE(46);
    const colours = bits > 8 ? 0 : used === 0 ? 2 ** bits : Math.min(used, 2 ** bits);
    const table = pixelBytes(bytes, 14 + size, colours * 4, 'BMP');
    const palette = Buffer.alloc(3 * 256);
    for (let index = 0; index < colours; index++) {
      for (const channel of [0, 1, 2]) palette[index * 3 + channel] = table[index * 4 + 2 - channel] ?? 0;
    }
    // Without a mask the fourth byte means nothing.
    const hasAlpha = bits === 32 && compression === 3 && size >= 56 && bytes.readUInt32LE(66) === 0xff00_0000;
    return { width, height, topDown: down < 0, bits, start, palette, hasAlpha };
  });
}

/** Blue, green, red, and what is above: the order without masks. */
function plainMasks(bytes: Buffer, size: number): boolean {
  const alpha = size >= 56 ? bytes.readUInt32LE(66) : 0;
  return (
    bytes.readUInt16LE(28) === 32 &&
    bytes.readUInt32LE(54) === 0x00ff_0000 &&
    bytes.readUInt32LE(58) === 0x0000_ff00 &&
    bytes.readUInt32LE(62) === 0x0000_00ff &&
    (alpha === 0 || alpha === 0xff00_0000)
  );
}

function unusual(how: string) {
  return unsupported(
    `The BMP ${how}, which cannot be read`,
    'Save it without compression with 24 bits a pixel, or as PNG, and upload that.',
  );
}

const strideOf = (width: number, bits: number) => Math.ceil((width * bits) / 32) * 4;

export const bmp: ForeignFormat = {
  header(bytes): ForeignHeader {
    const { width, height, bits, start, hasAlpha } = readBmp(bytes);
    pixelBytes(bytes, start, strideOf(width, bits) * height, 'BMP');
    return { pages: [{ width, height }], depth: 8, channels: hasAlpha ? 4 : 3, hasAlpha };
  },
  decode(bytes): Picture[] {
    const { width, height, topDown, bits, start, palette, hasAlpha } = readBmp(bytes);
    const stride = strideOf(width, bits);
    const stored = pixelBytes(bytes, start, stride * height, 'BMP');
    const rows = topDown ? stored : upsideDown(stored, stride);
    const channels = hasAlpha ? 4 : 3;
    const data = Buffer.allocUnsafe(width * height * channels);
    const wide = bits === 1 || bits === 4 ? unpackBits(rows, (stride * 8) / bits, height, bits) : rows;
    const across = bits <= 8 ? wide.length / height : stride;
    const step = bits / 8;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = (y * width + x) * channels;
        if (bits <= 8)
          palette.copy(data, to, (wide[y * across + x] ?? 0) * 3, (wide[y * across + x] ?? 0) * 3 + 3);
        else {
          const from = y * across + x * step;
          data[to] = wide[from + 2] ?? 0;
          data[to + 1] = wide[from + 1] ?? 0;
          data[to + 2] = wide[from] ?? 0;
          if (hasAlpha) data[to + 3] = wide[from + 3] ?? 0;
        }
      }
    }
    return [{ width, height, channels, depth: 8, data }];
  },
};
