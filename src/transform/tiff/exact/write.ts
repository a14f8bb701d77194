/** A TIFF of one page, of samples as they lie in memory. */
import { tiffTags } from '../tags.ts';
import type { Coding, ExactPage } from './layout.ts';
import { packed } from './packing.ts';
import { makeDifferences, makeFloat } from './predictor.ts';
import { blocksOf, type Raster } from './raster.ts';

/** Bytes of a strip, about. */
const strip = 256 * 1_024;

export type PixelKind = Pick<
  ExactPage,
  'kind' | 'bytes' | 'photometric' | 'channels' | 'alpha' | 'orientation'
>;

/** Numbers of the tag SampleFormat. */
const sampleFormats = { uint: 1, int: 2, float: 3 } as const;
const compressions = { none: 1, lzw: 5, deflate: 8, packbits: 32_773 } as const;

interface Field {
  readonly tag: number;
  readonly type: 3 | 4;
  readonly values: readonly number[];
}

/** Tags of coding alone; what the picture says of itself is put beside them by `joinTiff`. */
export function writeRaster(raster: Raster, kind: PixelKind, coding: Coding): Buffer {
  const { width, height } = raster;
  const { bytes, channels } = kind;
  const stored = coding.planes ? 1 : channels;
  const rows = Math.min(height, Math.max(1, Math.floor(strip / (width * stored * bytes))));
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  const parts: Buffer[] = [head];
  let length = head.length;
  const append = (part: Buffer): number => {
    const start = length;
    parts.push(part);
    length += part.length;
    if (length % 2 === 1) {
      parts.push(Buffer.alloc(1));
      length++;
    }
    return start;
  };
  const offsets: number[] = [];
  const sizes: number[] = [];
  for (const block of blocksOf(raster, rows, coding.tile, coding.planes ? channels : 1)) {
    const line = block.width * stored * bytes;
    const samples = Buffer.from(new ArrayBuffer(line * block.height));
    take(raster, block, line, samples, kind, stored);
    const shape = { samples: block.width * stored, step: stored, bytes };
    const ready =
      coding.predictor === 3
        ? makeFloat(samples, shape)
        : coding.predictor === 2
          ? makeDifferences(samples, shape)
          : samples;
    const part = coding.packing === 'none' ? ready : packed(ready, coding.packing, line);
    sizes.push(part.length);
    offsets.push(append(part));
  }
  const { tile } = coding;
  const each = (value: number) => Array.from({ length: channels }, () => value);
  const fields: Field[] = [
    { tag: tiffTags.ImageWidth, type: 4, values: [width] },
    { tag: tiffTags.ImageLength, type: 4, values: [height] },
    { tag: tiffTags.BitsPerSample, type: 3, values: each(bytes * 8) },
    { tag: tiffTags.Compression, type: 3, values: [compressions[coding.packing]] },
    { tag: tiffTags.PhotometricInterpretation, type: 3, values: [kind.photometric] },
    ...(tile === undefined ? [{ tag: tiffTags.StripOffsets, type: 4 as const, values: offsets }] : []),
    { tag: tiffTags.Orientation, type: 3, values: [kind.orientation] },
    { tag: tiffTags.SamplesPerPixel, type: 3, values: [channels] },
    ...(tile === undefined
      ? [
          { tag: tiffTags.RowsPerStrip, type: 4 as const, values: [rows] },
          { tag: tiffTags.StripByteCounts, type: 4 as const, values: sizes },
        ]
      : []),
    { tag: tiffTags.PlanarConfiguration, type: 3, values: [coding.planes ? 2 : 1] },
    ...(coding.predictor === 1
      ? []
      : [{ tag: tiffTags.Predictor, type: 3 as const, values: [coding.predictor] }]),
    ...(tile === undefined
      ? []
      : [
          { tag: tiffTags.TileWidth, type: 4 as const, values: [tile.width] },
          { tag: tiffTags.TileLength, type: 4 as const, values: [tile.height] },
          { tag: tiffTags.TileOffsets, type: 4 as const, values: offsets },
          { tag: tiffTags.TileByteCounts, type: 4 as const, values: sizes },
        ]),
    ...(kind.alpha === 'none'
      ? []
      : [{ tag: tiffTags.ExtraSamples, type: 3 as const, values: [kind.alpha === 'associated' ? 1 : 2] }]),
    { tag: tiffTags.SampleFormat, type: 3, values: each(sampleFormats[kind.kind]) },
  ];
  head.writeUInt32LE(directory(fields, append), 4);
  return Buffer.concat(parts, length);
}

function directory(fields: readonly Field[], append: (part: Buffer) => number): number {
  const holder = Buffer.alloc(2 + 12 * fields.length + 4);
  holder.writeUInt16LE(fields.length, 0);
  fields.forEach(({ tag, type, values }, index) => {
    const at = 2 + 12 * index;
    const size = type === 3 ? 2 : 4;
    const value = Buffer.alloc(Math.max(4, values.length * size));
    values.forEach((each, place) => value.writeUIntLE(each, place * size, size));
    holder.writeUInt16LE(tag, at);
    holder.writeUInt16LE(type, at + 2);
    holder.writeUInt32LE(values.length, at + 4);
    if (values.length * size <= 4) value.copy(holder, at + 8, 0, 4);
    else holder.writeUInt32LE(append(value), at + 8);
  });
  return append(holder);
}

/** A block's samples; beyond the picture's edge the last ones are repeated, which packs well. */
function take(
  { width, height, data }: Raster,
  block: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly plane: number;
  },
  line: number,
  samples: Buffer,
  { bytes, channels }: Pick<PixelKind, 'bytes' | 'channels'>,
  stored: number,
): void {
  const pixel = channels * bytes;
  const across = Math.min(block.width, width - block.left);
  for (let y = 0; y < block.height; y++) {
    const from = (Math.min(height - 1, block.top + y) * width + block.left) * pixel;
    if (stored === channels) data.copy(samples, y * line, from, from + across * pixel);
    else
      for (let x = 0; x < across; x++)
        for (let byte = 0; byte < bytes; byte++)
          samples[y * line + x * bytes + byte] = data[from + x * pixel + block.plane * bytes + byte] ?? 0;
    const last = y * line + (across - 1) * stored * bytes;
    for (let x = across; x < block.width; x++)
      samples.copy(samples, y * line + x * stored * bytes, last, last + stored * bytes);
  }
}
