/** How the pages of a TIFF are stored whose samples kuva itself reads and writes: TIFF 6.0, sections 14, 18, 19 and 23. */
import { damaged, readingStructure, unsupported } from '../../refusal.ts';
import { type TiffDirectory, type TiffFile, tagNumbers } from '../read.ts';
import { tiffTags } from '../tags.ts';

export type SampleKind = 'uint' | 'int' | 'float';
export type Packing = 'none' | 'lzw' | 'deflate' | 'packbits';

/** What becomes of samples on their way into the file, the pixels themselves left out. */
export interface Coding {
  readonly packing: Packing;
  /** 1: none; 2: differences; 3: differences of a floating-point number's bytes (Adobe's Technical Note 3). */
  readonly predictor: 1 | 2 | 3;
  /** Pixels of a tile; undefined: strips. */
  readonly tile: { readonly width: number; readonly height: number } | undefined;
  /** Whether each channel lies apart. */
  readonly planes: boolean;
}

export interface ExactPage {
  readonly width: number;
  readonly height: number;
  readonly kind: SampleKind;
  /** Of a sample. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly photometric: number;
  /** With transparency. */
  readonly channels: number;
  readonly alpha: 'none' | 'apart' | 'associated';
  readonly orientation: number;
  readonly coding: Coding;
  /** Rows of a strip. */
  readonly rows: number;
  readonly parts: readonly { readonly offset: number; readonly size: number }[];
}

/** Values of PhotometricInterpretation for CIE, ICC and ITU L*a*b*. */
const lab: readonly number[] = [8, 9, 10];

/** ITU's has a range of its own for each file. */
export const labColours = { ofCie: 8, ofIcc: 9, ofItu: 10 } as const;

export const isLab = (photometric: number): boolean => lab.includes(photometric);

/** Whether libvips, or what sharp makes of it, would change the samples of any page: integers of 32 bits, signed or floating-point numbers, L*a*b*. */
export function holdsExact(file: TiffFile): boolean {
  return file.pages.some((page) => {
    const tag = (number: number) => tagNumbers(file, page, number);
    const [format = 1] = tag(tiffTags.SampleFormat);
    return (
      format === 2 ||
      format === 3 ||
      (tag(tiffTags.BitsPerSample)[0] ?? 1) > 16 ||
      isLab(tag(tiffTags.PhotometricInterpretation)[0] ?? 1)
    );
  });
}

/** @throws KuvaError `format-unsupported`, `image-damaged` */
export function exactPages(file: TiffFile): ExactPage[] {
  return readingStructure('The TIFF', () => file.pages.map((page, index) => exactPage(file, page, index)));
}

function exactPage(file: TiffFile, page: TiffDirectory, index: number): ExactPage {
  const all = (number: number) => tagNumbers(file, page, number);
  const tag = (number: number, otherwise: number) => all(number)[0] ?? otherwise;
  const [width, height] = [tag(tiffTags.ImageWidth, 0), tag(tiffTags.ImageLength, 0)];
  const photometric = tag(tiffTags.PhotometricInterpretation, 1);
  const channels = tag(tiffTags.SamplesPerPixel, 1);
  const colours = coloursOf(photometric);
  const { kind, bytes } = samplesOf(all(tiffTags.BitsPerSample), all(tiffTags.SampleFormat), photometric);
  if (colours === undefined)
    throw unusual(`samples of an unusual type in colours of an unusual kind (${photometric})`);
  if (channels !== colours && channels !== colours + 1)
    throw unusual(`${channels} channels, which is not as many as colours and transparency`);
  if (tag(tiffTags.FillOrder, 1) !== 1) throw unusual('the bits of its bytes in reverse order');
  const tileWidth = tag(tiffTags.TileWidth, 0);
  const tileHeight = tag(tiffTags.TileLength, 0);
  const tile = tileWidth > 0 && tileHeight > 0 ? { width: tileWidth, height: tileHeight } : undefined;
  const offsets = all(tile === undefined ? tiffTags.StripOffsets : tiffTags.TileOffsets);
  const sizes = all(tile === undefined ? tiffTags.StripByteCounts : tiffTags.TileByteCounts);
  const predictor = tag(tiffTags.Predictor, 1);
  if (predictor !== 1 && predictor !== 2 && (predictor !== 3 || kind !== 'float'))
    throw unusual(`a predictor of an unusual kind (${predictor})`);
  const planes = channels > 1 && tag(tiffTags.PlanarConfiguration, 1) === 2;
  const rows = Math.min(tag(tiffTags.RowsPerStrip, height), height);
  const blocks =
    (tile === undefined
      ? Math.ceil(height / Math.max(1, rows))
      : Math.ceil(width / tile.width) * Math.ceil(height / tile.height)) * (planes ? channels : 1);
  if (rows === 0 || offsets.length < blocks || sizes.length < blocks)
    throw damaged(`Page ${index + 1} of the TIFF says where too few of its pixels are`);
  const packing = packingOf(tag(tiffTags.Compression, 1));
  return {
    width,
    height,
    kind,
    bytes,
    photometric,
    channels,
    alpha: channels === colours ? 'none' : tag(tiffTags.ExtraSamples, 0) === 1 ? 'associated' : 'apart',
    orientation: tag(tiffTags.Orientation, 1),
    coding: {
      packing,
      predictor: packing === 'none' || packing === 'packbits' ? 1 : predictor,
      tile,
      planes,
    },
    rows,
    parts: offsets.slice(0, blocks).map((offset, part) => ({ offset, size: sizes[part] ?? 0 })),
  };
}

function coloursOf(photometric: number): number | undefined {
  if (photometric === 0 || photometric === 1) return 1;
  if (photometric === 2 || isLab(photometric)) return 3;
  return photometric === 5 ? 4 : undefined;
}

function samplesOf(
  bits: readonly number[],
  formats: readonly number[],
  photometric: number,
): Pick<ExactPage, 'kind' | 'bytes'> {
  const [first = 1] = bits;
  const [format = 1] = formats;
  const bytes = ([1, 2, 4, 8] as const).find((each) => each * 8 === first);
  // L*a*b* may call its a* and b* signed, or none of the three (section 23): their meaning is that of the colour space.
  const kind = isLab(photometric) && format < 3 ? 'uint' : kindOf(format);
  const even =
    bits.every((each) => each === first) && (isLab(photometric) || formats.every((each) => each === format));
  if (bytes === undefined || kind === undefined || !even || (kind === 'float' && bytes === 1))
    throw unusual(
      `samples of an unusual type (${[...new Set(bits)].join(', ')} bits, SampleFormat ${format})`,
    );
  return { kind, bytes };
}

function kindOf(format: number): SampleKind | undefined {
  switch (format) {
    case 1:
    // Of no known kind: numbers, as before there was the tag.
    case 4:
      return 'uint';
    case 2:
      return 'int';
    case 3:
      return 'float';
    default:
      return undefined;
  }
}

function packingOf(compression: number): Packing {
  switch (compression) {
    case 1:
      return 'none';
    case 5:
      return 'lzw';
    case 8:
    case 32_946:
      return 'deflate';
    case 32_773:
      return 'packbits';
    default:
      throw unusual(
        `samples of 32 bits, floating-point numbers or L*a*b* in a compression of an unusual kind (${compression})`,
      );
  }
}

function unusual(what: string) {
  return unsupported(
    `The TIFF has ${what}, which cannot be read`,
    'Save it without compression, or with LZW or deflate, as grey or RGB of 8, 16 or 32 bits a channel, and upload that.',
  );
}
