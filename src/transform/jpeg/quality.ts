/**
 * The quality that a JPEG was written with, from its quantisation tables. libjpeg makes them from those of ITU-T
 * T.81, annex K, scaled by the quality (jcparam.c: jpeg_quality_scaling, jpeg_add_quant_table).
 */
import type { JpegHeader } from './header.ts';

/** T.81 table K.1, for brightness, in zigzag order. */
const luminance = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58,
  51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103,
  62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
] as const;

/** T.81 table K.2, for colour, in zigzag order. */
const chrominance = [
  17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
] as const;

export interface JpegQuality {
  /** 1 to 100, as libjpeg counts. */
  readonly quality: number;
  /** True when the file's tables are exactly those of this quality: writing with it gives them again. */
  readonly exact: boolean;
}

/**
 * The quality whose tables are the file's own; where no quality's are (Photoshop, many cameras), the lowest one that
 * quantises no more coarsely in sum, neither brightness nor colour.
 */
export function jpegQuality(header: JpegHeader): JpegQuality {
  const [luma, chroma] = header.components.map(({ table }) => header.tables.get(table));
  // A grey image has one table; in CMYK all channels share it.
  const wanted = [
    ...(luma === undefined ? [] : [[luminance, luma] as const]),
    ...(chroma === undefined || chroma === luma ? [] : [[chrominance, chroma] as const]),
  ];
  for (let quality = 1; quality <= 100; quality++) {
    if (wanted.every(([base, own]) => equal(scaled(base, quality), own))) return { quality, exact: true };
  }
  for (let quality = 1; quality < 100; quality++) {
    if (wanted.every(([base, own]) => sum(scaled(base, quality)) <= sum(own)))
      return { quality, exact: false };
  }
  return { quality: 100, exact: false };
}

function scaled(base: readonly number[], quality: number): number[] {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return base.map((value) => Math.min(255, Math.max(1, Math.floor((value * percent + 50) / 100))));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const equal = (one: readonly number[], other: readonly number[]) =>
  one.length === other.length && one.every((value, index) => value === other[index]);
