/** TIFFs that libvips reads and writes a row of tiles or a strip at a time, however many pixels they have. */
import { type TiffFile, tagNumbers } from './read.ts';
import { tiffTags } from './tags.ts';

export interface InRows {
  /** Bytes that the pixels have in the file. */
  readonly coded: number;
  /** Rows that are decoded together. */
  readonly rows: number;
}

/** Compressions that are written as they were read, so that the coded size tells of the output's. */
const lossless = new Set([1, 5, 8, 32_773, 32_946]);
const grey = [0, 1];
const colours = [2, 5];

/** @returns undefined where the picture is unpacked on the way: several pages, palettes, few bits, compression with loss */
export function inRows(file: TiffFile): InRows | undefined {
  const [page, ...more] = file.pages;
  if (page === undefined || more.length > 0) return undefined;
  const all = (number: number) => tagNumbers(file, page, number);
  const [bits = 1] = all(tiffTags.BitsPerSample);
  const [photometric = 0] = all(tiffTags.PhotometricInterpretation);
  const [compression = 1] = all(tiffTags.Compression);
  if ((bits !== 8 && bits !== 16) || ![...grey, ...colours].includes(photometric)) return undefined;
  if (!lossless.has(compression)) return undefined;
  const [height = 0] = all(tiffTags.ImageLength);
  const [tile] = all(tiffTags.TileLength);
  const [strip = height] = all(tiffTags.RowsPerStrip);
  const sizes = all(tile === undefined ? tiffTags.StripByteCounts : tiffTags.TileByteCounts);
  // Tiles may share their bytes in the file; the output has each of them.
  const coded = sizes.reduce((total, size) => total + size, 0);
  return { coded: Math.max(coded, file.bytes.length), rows: Math.min(tile ?? strip, height) };
}
