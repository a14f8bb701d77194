/** Formats that libvips, as sharp brings it, does not read. They are decoded to plain pixels first and go on as those. */
import type { ImageFormat } from '../../image/format.ts';

export const foreignFormats = [
  'heic',
  'jxl',
  'jp2',
  'ico',
  'psd',
  'bmp',
  'pnm',
  'fits',
  'dicom',
  'exr',
  'raw',
] as const satisfies readonly ImageFormat[];

export type ForeignName = (typeof foreignFormats)[number];

/** What a header says, before any pixel is decoded. */
export interface ForeignHeader {
  /** Pixels, of every page. */
  readonly pages: readonly { readonly width: number; readonly height: number }[];
  /** Bits a channel that its pixels are given in: no fewer than the file has. */
  readonly depth: 8 | 16;
  /** With transparency; a bound where the header does not tell. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly hasAlpha: boolean;
  /** Bits a channel of the file, where kuva's own decoder would cut them; what it is called then. */
  readonly bits?: number;
  readonly beyond?: string;
}

/** One decoded picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly depth: 8 | 16;
  /** Samples of 8 bits, or of 16 in little-endian order, row by row from the top. */
  readonly data: Buffer;
  /** What the file says of itself: a colour profile, EXIF (a TIFF structure, without a prefix), XMP. */
  readonly profile?: Buffer;
  readonly exif?: Buffer;
  readonly xmp?: Buffer;
}

export interface ForeignFormat {
  /**
   * Refuses what could not be kept: more bits than the decoder has, several pictures where one would be taken.
   * @throws KuvaError `image-damaged`, `format-unsupported`
   */
  header(bytes: Buffer): ForeignHeader;
  /**
   * @param header what {@link header} said
   * @throws KuvaError `image-damaged` when pixels are missing
   */
  decode(bytes: Buffer, header: ForeignHeader): Promise<readonly Picture[]> | readonly Picture[];
  /** The colour profile, where a program that reads the file may leave it out. */
  profile?(bytes: Buffer): Buffer | undefined;
}

export function isForeign(format: ImageFormat): format is ForeignName {
  return foreignFormats.some((name) => name === format);
}
