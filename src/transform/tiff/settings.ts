import type { Metadata, TiffOptions } from 'sharp';
import type { Frame } from '../frame.ts';
import { readTiff, tagNumbers } from './read.ts';
import { tiffTags } from './tags.ts';

/**
 * Compressions that are written again as they were: all without loss. A page that was compressed with loss (JPEG,
 * WebP, old ones) is written with deflate: larger, but nothing more is lost.
 */
const kept: Readonly<Record<string, 'none' | 'lzw' | 'deflate' | 'packbits'>> = {
  none: 'none',
  lzw: 'lzw',
  deflate: 'deflate',
  packbits: 'packbits',
};

const smallBits = [1, 2, 4] as const;

/** How a page was stored: compression, predictor, tiles, bits. @param bytes a TIFF whose first page is meant */
export function tiffSettings(bytes: Buffer, metadata: Metadata): (frame: Frame) => TiffOptions {
  const file = readTiff(bytes);
  const [page] = file.pages;
  const tag = (number: number) => (page === undefined ? undefined : tagNumbers(file, page, number)[0]);
  const width = tag(tiffTags.TileWidth);
  const height = tag(tiffTags.TileLength);
  const paletted = tag(tiffTags.PhotometricInterpretation) === 3;
  const predictor = tag(tiffTags.Predictor) === 2 ? 'horizontal' : 'none';
  const small = smallBits.find((bits) => !paletted && bits === metadata.bitsPerSample);
  const compression = tag(tiffTags.Compression);
  return ({ model, hasAlpha, resolution }) => {
    const bitdepth = model === 'b-w' && !hasAlpha ? small : undefined;
    return {
      compression:
        bitdepth === 1 && (compression === 3 || compression === 4)
          ? 'ccittfax4'
          : (kept[compressionName(compression)] ?? 'deflate'),
      // Differences between samples of less than a byte are no option.
      predictor: bitdepth === undefined ? predictor : 'none',
      ...(bitdepth === undefined ? {} : { bitdepth }),
      ...(width === undefined || height === undefined || width % 16 !== 0 || height % 16 !== 0
        ? {}
        : { tile: true, tileWidth: width, tileHeight: height }),
      ...(resolution === undefined ? {} : { xres: resolution, yres: resolution }),
    };
  };
}

/** By the numbers of the tag Compression (TIFF 6.0, and libtiff's tiff.h for those that came later). */
function compressionName(number: number | undefined): string {
  switch (number) {
    case undefined:
    case 1:
      return 'none';
    case 5:
      return 'lzw';
    case 8:
    case 32946:
      return 'deflate';
    case 32773:
      return 'packbits';
    default:
      return 'other';
  }
}
