/**
 * OpenEXR: "OpenEXR File Layout" of the project's documentation. One part of scan lines; without compression, RLE, ZIPS or ZIP. Its
 * samples are light; what comes out has sRGB's curve in 16 bits: 0 is black, 1 and all above it is white.
 */
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader, Picture } from './contract.ts';
import { type ExrHeader, readExrHeader } from './exrHeader.ts';
import { unpackedChunk } from './exrChunks.ts';
import { halves, shownLight } from './light.ts';
import { pixelBytes } from './samples.ts';

export const exr: ForeignFormat = {
  header(bytes): ForeignHeader {
    const header = readExr(bytes);
    const { width, height, lines, chunksAt, shown } = header;
    // Where each chunk lies; all of them lie within the file.
    const count = Math.ceil(height / lines);
    const table = pixelBytes(bytes, chunksAt, count * 8, 'EXR');
    for (let chunk = 0; chunk < count; chunk++) {
      const at = Number(table.readBigUInt64LE(chunk * 8));
      if (at + 8 > bytes.length || at + 8 + bytes.readUInt32LE(at + 4) > bytes.length)
        throw damaged('The EXR is cut short: pixels are missing');
    }
    const channels = ([1, 2, 3, 4] as const)[shown.length - 1] ?? 4;
    return { pages: [{ width, height }], depth: 16, channels, hasAlpha: channels % 2 === 0 };
  },
  decode(bytes): Picture[] {
    const header = readExr(bytes);
    const { width, height, lines, chunksAt, shown, top, rowBytes } = header;
    const channels = ([1, 2, 3, 4] as const)[shown.length - 1] ?? 4;
    const light = new Float32Array(width * height * channels);
    readingStructure('The EXR', () => {
      for (let chunk = 0; chunk < Math.ceil(height / lines); chunk++) {
        const at = Number(bytes.readBigUInt64LE(chunksAt + chunk * 8));
        const first = bytes.readInt32LE(at) - top;
        const rows = Math.min(lines, height - first);
        if (first < 0 || rows <= 0 || first % lines !== 0)
          throw damaged('The EXR is corrupt: rows lie beyond its picture');
        const packed = pixelBytes(bytes, at + 8, bytes.readUInt32LE(at + 4), 'EXR');
        const plain = unpackedChunk(packed, header.compression, rows * rowBytes);
        for (let row = 0; row < rows; row++)
          fillRow(light, (first + row) * width, plain.subarray(row * rowBytes, (row + 1) * rowBytes), header);
      }
    });
    return [{ width, height, channels, depth: 16, data: shownLight(light, channels) }];
  },
};

function readExr(bytes: Buffer): ExrHeader {
  return readingStructure('The EXR', () => {
    const header = readExrHeader(bytes);
    if (header.shown.length > 0) return header;
    throw unsupported(
      `The EXR has the channels ${header.names.slice(0, 8).join(', ')}, of which none are colours`,
      'Save it with the channels R, G and B, or Y, and upload that.',
    );
  });
}

/** A row holds all samples of a channel, then all of the next. */
function fillRow(light: Float32Array, pixel: number, row: Buffer, { width, shown }: ExrHeader): void {
  shown.forEach(({ offset, half }, channel) => {
    for (let x = 0; x < width; x++) {
      light[(pixel + x) * shown.length + channel] = half
        ? (halves[row.readUInt16LE(offset + x * 2)] ?? 0)
        : row.readFloatLE(offset + x * 4);
    }
  });
}
