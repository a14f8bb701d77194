/** What a file is, by its first bytes: never by its name. */
import { KuvaError } from '../image/failure.ts';
import type { ImageFormat } from '../image/format.ts';
import { looksLikeSvg, textFault } from './plainText.ts';
import { notAnImage, unsupported } from './refusal.ts';
import { isCameraRaw } from './tiff/pages.ts';
import { readTiff } from './tiff/read.ts';

/**
 * Which format the bytes are in.
 * @throws KuvaError `not-an-image`, `format-unsupported`, naming what was found
 */
export function sniff(bytes: Buffer): ImageFormat {
  if (bytes.length === 0) throw notAnImage('The file is empty: it has 0 bytes');
  const format = knownFormat(bytes);
  if (format !== undefined) return format;
  throw stranger(bytes);
}

const ascii = (bytes: Buffer, from: number, length: number) => bytes.toString('latin1', from, from + length);

function knownFormat(bytes: Buffer): ImageFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'gif';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return 'webp';
  // Classic and BigTIFF, in both byte orders.
  if (/^(II[*+]\0|MM\0[*+])$/.test(ascii(bytes, 0, 4))) return holdsRaw(bytes) ? 'raw' : 'tiff';
  if (/^(avif|avis)$/.test(brand(bytes)) || brands(bytes).includes('avif')) return 'avif';
  if (brands(bytes).some((each) => heicBrands.includes(each))) return 'heic';
  const plain = signatures.find(({ matches }) => matches(bytes));
  if (plain !== undefined) return plain.format;
  if (looksLikeSvg(bytes)) return 'svg';
  return undefined;
}

function holdsRaw(bytes: Buffer): boolean {
  try {
    return isCameraRaw(readTiff(bytes));
  } catch (thrown) {
    // Only the beginning of a file may be known here; what is wrong with it is told by who reads it.
    if (thrown instanceof KuvaError) return false;
    throw thrown;
  }
}

const begins =
  (magic: string, offset = 0) =>
  (bytes: Buffer) =>
    ascii(bytes, offset, magic.length) === magic;

/** The formats that libvips does not read, by their first bytes. */
const signatures: readonly { readonly format: ImageFormat; readonly matches: (bytes: Buffer) => boolean }[] =
  [
    { format: 'jp2', matches: begins('\0\0\0\x0cjP  ') },
    { format: 'jp2', matches: begins('\xff\x4f\xff\x51') },
    { format: 'jxl', matches: begins('\xff\x0a') },
    { format: 'jxl', matches: begins('\0\0\0\x0cJXL ') },
    { format: 'psd', matches: begins('8BPS') },
    { format: 'fits', matches: begins('SIMPLE  =') },
    { format: 'dicom', matches: begins('DICM', 128) },
    { format: 'exr', matches: begins('\x76\x2f\x31\x01') },
    { format: 'raw', matches: begins('FUJIFILMCCD-RAW') },
    // Olympus and Panasonic: TIFFs with another number in front.
    { format: 'raw', matches: (bytes) => /^(IIR[OS]|MMOR|IIU\0)$/.test(ascii(bytes, 0, 4)) },
    // A text may begin with "BM"; it does not go on with the size of a header.
    {
      format: 'bmp',
      matches: (bytes) =>
        begins('BM')(bytes) && /^[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0$/.test(ascii(bytes, 14, 4)),
    },
    // A count of pictures, and the first one's reserved byte.
    { format: 'ico', matches: (bytes) => /^\0\0\x01\0[^\0]\0$/.test(ascii(bytes, 0, 6)) && bytes[9] === 0 },
    { format: 'pnm', matches: (bytes) => /^(P[1-6][\s#]|P7\n)/.test(ascii(bytes, 0, 3)) },
  ];

/** The major brand of an ISO base media file, or an empty text. */
function brand(bytes: Buffer): string {
  return ascii(bytes, 4, 4) === 'ftyp' ? ascii(bytes, 8, 4) : '';
}

function brands(bytes: Buffer): string[] {
  if (brand(bytes) === '') return [];
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256);
  const list = [];
  for (let at = 8; at + 4 <= end; at += 4) list.push(ascii(bytes, at, 4));
  return list;
}

/** First bytes, at an offset, of what people put into a bucket of images. Sources: each format's specification. */
const pictures: readonly (readonly [magic: string, name: string, offset?: number])[] = [
  ['ftypcrx ', 'a camera raw file of a Canon camera (CR3)', 4],
  ['#?RADIANCE', 'a Radiance HDR image'],
  ['gimp xcf', 'a GIMP document'],
  ['ZISRAWFILE', 'a Zeiss CZI microscope image'],
  ['\xda\xbe\xce\x0a', 'a Nikon ND2 microscope image'],
  ['\x70\0\0\0', 'a Leica LIF microscope image'],
  ['PF\n', 'a PFM image with floating-point pixels'],
  ['Pf\n', 'a PFM image with floating-point pixels'],
];

const others: typeof pictures = [
  ['%PDF', 'a PDF document'],
  ['%!PS', 'a PostScript document'],
  ['PK\x03\x04', 'a ZIP archive or an office document'],
  ['PK\x05\x06', 'an empty ZIP archive'],
  ['\x1f\x8b', 'a gzip archive'],
  ['7z\xbc\xaf', 'a 7-Zip archive'],
  ['Rar!', 'a RAR archive'],
  ['\xfd7zXZ', 'an xz archive'],
  ['ustar', 'a tar archive', 257],
  ['\x89HDF', 'an HDF5 file'],
  ['SQLite format 3', 'an SQLite database'],
  ['\x7fELF', 'a program'],
  ['MZ', 'a Windows program'],
  ['\xd0\xcf\x11\xe0', 'an old office document or Thumbs.db'],
  ['Bud1', 'a .DS_Store file', 4],
  ['ID3', 'a sound file'],
  ['RIFF', 'a sound or video file'],
  ['\x1a\x45\xdf\xa3', 'a video'],
];

const heicBrands = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis'];

const convertIt = 'Convert it to JPEG, PNG, TIFF, WebP or AVIF and upload that.';

function stranger(bytes: Buffer): KuvaError {
  const found = (table: typeof pictures) =>
    table.find(([magic, , offset = 0]) => ascii(bytes, offset, magic.length) === magic)?.[1];
  const picture = /^(mif1|msf1)$/.test(brand(bytes))
    ? 'a HEIF image of another coding than HEVC and AV1'
    : found(pictures);
  if (picture !== undefined) {
    return unsupported(`The file is ${picture}: that format is not supported`, convertIt);
  }
  const other = brand(bytes) !== '' ? 'a video' : found(others);
  if (other !== undefined) return notAnImage(`The file is not an image: it looks like ${other}`);
  const text = textFault(bytes);
  if (text !== undefined) return notAnImage(`The file is not an image: ${text}`);
  const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return notAnImage(`The file is not an image: no known format begins with the bytes ${first}`);
}
