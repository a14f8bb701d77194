/**
 * Camera raw files: the largest JPEG in them, which the camera made for showing. They are TIFFs (TIFF/EP, DNG, and the makers'
 * own: Canon's CR2, Nikon's NEF, Sony's ARW, Pentax' PEF; Panasonic's RW2 and Olympus' ORF with another number in front), or Fujifilm's RAF.
 */
import { KuvaError } from '../../image/failure.ts';
import { type JpegHeader, readJpegHeader } from '../jpeg/header.ts';
import { openImage } from '../libvips.ts';
import { readingStructure, unsupported } from '../refusal.ts';
import { readDirectory, readTiff, tagNumbers, type TiffDirectory, type TiffFile } from '../tiff/read.ts';
import { tiffTags } from '../tiff/tags.ts';
import { translated } from '../translation.ts';
import type { ForeignFormat, ForeignHeader, Picture } from './contract.ts';
import { uprightExif } from './exif.ts';

interface RawPreview {
  readonly jpeg: Buffer;
  readonly header: JpegHeader;
  /** As the raw file says, where the preview says nothing. */
  readonly orientation: number;
}

/** Where Panasonic keeps it: the JPEG is the value of a tag. */
const jpgFromRaw = 0x2e;

/** Directories below those of pages lie no deeper in any maker's file. */
const deepest = 3;

function findPreview(bytes: Buffer): RawPreview {
  const { candidates, orientation } =
    bytes.toString('latin1', 0, 8) === 'FUJIFILM' ? ofFuji(bytes) : ofTiff(bytes);
  let best: RawPreview | undefined;
  for (const jpeg of candidates) {
    const header = headerOf(jpeg);
    if (header === undefined) continue;
    const area = header.width * header.height;
    if (best === undefined || area > best.header.width * best.header.height)
      best = { jpeg, header, orientation };
  }
  if (best !== undefined) return best;
  throw unsupported(
    'The camera raw file holds no preview that can be read',
    'Develop it with a raw converter, and upload the result as TIFF, PNG or JPEG.',
  );
}

/** Undefined for what is no JPEG of 8 bits: raw pixels may be coded as JPEGs without loss. */
function headerOf(jpeg: Buffer): JpegHeader | undefined {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return undefined;
  try {
    const header = readJpegHeader(jpeg);
    return header.components.length === 3 || header.components.length === 1 ? header : undefined;
  } catch (thrown) {
    if (thrown instanceof KuvaError) return undefined;
    throw thrown;
  }
}

interface Found {
  readonly candidates: readonly Buffer[];
  readonly orientation: number;
}

/** The offset and length of the JPEG stand at 84 and 88. */
function ofFuji(bytes: Buffer): Found {
  return readingStructure('The camera raw file', () => {
    const [start, length] = [bytes.readUInt32BE(84), bytes.readUInt32BE(88)];
    if (start + length > bytes.length) throw new RangeError('preview beyond the end');
    return { candidates: [bytes.subarray(start, start + length)], orientation: 1 };
  });
}

function ofTiff(bytes: Buffer): Found {
  const file = readTiff(bytes);
  const [first] = file.pages;
  const [orientation = 1] = first === undefined ? [] : tagNumbers(file, first, tiffTags.Orientation);
  const candidates = readingStructure('The camera raw file', () =>
    file.pages.flatMap((page) => jpegsOf(file, page, 0)),
  );
  return { candidates, orientation };
}

function jpegsOf(file: TiffFile, page: TiffDirectory, depth: number): Buffer[] {
  const { bytes } = file;
  const part = (start = 0, length = 0) =>
    start + length > bytes.length ? [] : [bytes.subarray(start, start + length)];
  const tag = (name: number) => tagNumbers(file, page, name);
  const strips = tag(tiffTags.StripOffsets);
  const inTag = page.entries.get(jpgFromRaw)?.value;
  const below = depth < deepest ? tag(tiffTags.SubIFDs) : [];
  return [
    ...part(tag(tiffTags.JPEGInterchangeFormat)[0], tag(tiffTags.JPEGInterchangeFormatLength)[0]),
    ...(strips.length === 1 ? part(strips[0], tag(tiffTags.StripByteCounts)[0]) : []),
    ...(inTag === undefined ? [] : [inTag]),
    ...below.flatMap((start) => jpegsOf(file, readDirectory(file, start), depth + 1)),
  ];
}

/** Degrees by which a picture is turned to stand upright (CIPA DC-008, 4.6.4). No camera mirrors its pictures. */
const turns: Readonly<Record<number, number>> = { 3: 180, 6: 90, 8: 270 };

export const raw: ForeignFormat = {
  header(bytes): ForeignHeader {
    const { header } = findPreview(bytes);
    const { width, height, components } = header;
    return {
      pages: [{ width, height }],
      depth: 8,
      channels: components.length === 1 ? 1 : 3,
      hasAlpha: false,
    };
  },
  async decode(bytes): Promise<Picture[]> {
    const { jpeg, orientation } = findPreview(bytes);
    try {
      const { exif, icc, xmp, orientation: own } = await openImage(jpeg).metadata();
      const image = openImage(jpeg, { ignoreIcc: true });
      const { data, info } = await image
        .rotate(turns[own ?? orientation] ?? 0)
        .raw()
        .toBuffer({ resolveWithObject: true });
      return [
        {
          width: info.width,
          height: info.height,
          channels: info.channels === 1 ? 1 : 3,
          depth: 8,
          data,
          ...(icc !== undefined && { profile: icc }),
          ...(exif !== undefined && { exif: uprightExif(exif) }),
          ...(xmp !== undefined && { xmp }),
        },
      ];
    } catch (thrown) {
      throw translated(thrown, 'image-damaged');
    }
  },
};
