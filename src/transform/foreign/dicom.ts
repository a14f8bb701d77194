/** DICOM files (PS3.10) with pixels that are not compressed (PS3.5, section 8): one frame or several. */
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader, Picture } from './contract.ts';
import { dicomElements } from './dicomElements.ts';
import { interleaved, inverted, pixelBytes, stretch } from './samples.ts';

interface DicomHeader {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly channels: 1 | 3;
  /** Bits in the file, and how many of them, the lowest ones, are used. */
  readonly depth: 8 | 16;
  readonly used: number;
  readonly signed: boolean;
  /** Whether 0 is white. */
  readonly white: boolean;
  /** Whether each channel has a plane of its own. */
  readonly planes: boolean;
  readonly start: number;
}

const explicit = '1.2.840.10008.1.2.1';
const implicit = '1.2.840.10008.1.2';

/** Elements by group and number: PS3.6. */
const tags = {
  syntax: 0x0002_0010,
  samples: 0x0028_0002,
  photometric: 0x0028_0004,
  planar: 0x0028_0006,
  frames: 0x0028_0008,
  rows: 0x0028_0010,
  columns: 0x0028_0011,
  allocated: 0x0028_0100,
  stored: 0x0028_0101,
  high: 0x0028_0102,
  sign: 0x0028_0103,
  pixels: 0x7fe0_0010,
} as const;

function readDicom(bytes: Buffer): DicomHeader {
  return readingStructure('The DICOM file', () => {
    const head = dicomElements(bytes, 132, true, 0x0002_ffff);
    const syntax = textOf(bytes, head.elements.get(tags.syntax));
    if (syntax !== explicit && syntax !== implicit)
      throw unusual(`has compressed pixels or another byte order (transfer syntax ${syntax || 'unknown'})`);
    const { elements } = dicomElements(bytes, head.end, syntax === explicit, tags.pixels);
    const number = (tag: number, otherwise: number) => {
      const at = elements.get(tag);
      return at === undefined ? otherwise : bytes.readUInt16LE(at.start);
    };
    const pixels = elements.get(tags.pixels);
    if (pixels === undefined) throw unusual('has no pixels');
    const photometric = textOf(bytes, elements.get(tags.photometric));
    const allocated = number(tags.allocated, 0);
    const used = number(tags.stored, allocated);
    const channels = number(tags.samples, 1);
    const known = channels === 1 ? /^MONOCHROME[12]$/ : /^RGB$/;
    if ((channels !== 1 && channels !== 3) || !known.test(photometric))
      throw unusual(`has ${channels} channels of ${photometric || 'unknown'} colours`);
    if (
      (allocated !== 8 && allocated !== 16) ||
      used < 1 ||
      used > allocated ||
      number(tags.high, used - 1) !== used - 1
    )
      throw unusual(`keeps ${used} bits of a sample in ${allocated}`);
    return {
      width: number(tags.columns, 0),
      height: number(tags.rows, 0),
      frames: Number(textOf(bytes, elements.get(tags.frames)) || 1),
      channels,
      depth: allocated,
      used,
      signed: number(tags.sign, 0) === 1,
      white: photometric === 'MONOCHROME1',
      planes: channels === 3 && number(tags.planar, 0) === 1,
      start: pixels.start,
    };
  });
}

function textOf(bytes: Buffer, at: { start: number; length: number } | undefined): string {
  if (at === undefined) return '';
  return bytes
    .toString('latin1', at.start, at.start + Math.min(at.length, 64))
    .replace(/[\0 ]+$/, '')
    .trim();
}

function unusual(how: string) {
  return unsupported(
    `The DICOM file ${how}, which cannot be read`,
    'Export it as PNG or TIFF, and upload that.',
  );
}

const frameBytes = ({ width, height, channels, depth }: DicomHeader) =>
  width * height * channels * (depth / 8);

export const dicom: ForeignFormat = {
  header(bytes): ForeignHeader {
    const header = readDicom(bytes);
    const { width, height, frames, channels, depth, start } = header;
    if (width === 0 || height === 0 || !Number.isSafeInteger(frames) || frames < 1)
      throw damaged(`The header of the DICOM file says ${width} × ${height} pixels in ${frames} frames`);
    pixelBytes(bytes, start, frameBytes(header) * frames, 'DICOM file');
    return {
      pages: Array.from({ length: Math.min(frames, 1_000_000) }, () => ({ width, height })),
      depth,
      channels,
      hasAlpha: false,
    };
  },
  decode(bytes): Picture[] {
    const header = readDicom(bytes);
    const { width, height, frames, channels, depth, start } = header;
    const size = frameBytes(header);
    return Array.from({ length: frames }, (_, frame): Picture => {
      const stored = pixelBytes(bytes, start + frame * size, size, 'DICOM file');
      return { width, height, channels, depth, data: shown(stored, header) };
    });
  },
};

/** All values that the bits in use can have become all values of 8 or 16 bits, black at 0. No window is applied. */
function shown(stored: Buffer, { channels, depth, used, signed, white, planes }: DicomHeader): Buffer {
  const sample = depth === 8 ? 1 : 2;
  const plane = stored.length / channels;
  const data = planes
    ? interleaved(
        [0, 1, 2].map((channel) => stored.subarray(channel * plane, (channel + 1) * plane)),
        sample,
      )
    : Buffer.from(stored);
  if (signed && holdsNegative(data, depth, used)) throw unusual('has values below zero');
  stretch(data, depth, 2 ** used - 1);
  return white ? inverted(data) : data;
}

function holdsNegative(data: Buffer, depth: 8 | 16, used: number): boolean {
  for (let at = 0; at < data.length; at += depth / 8) {
    const value = depth === 8 ? (data[at] ?? 0) : data.readUInt16LE(at);
    if (value >= 2 ** (used - 1)) return true;
  }
  return false;
}
