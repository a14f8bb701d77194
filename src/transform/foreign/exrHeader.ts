/** The header of an OpenEXR file: a list of attributes, each with a name, a type and a value. */
import { damaged, unsupported } from '../refusal.ts';

interface ExrChannel {
  /** Offset of its samples within a row, in bytes. */
  readonly offset: number;
  /** Floating-point of 16 bits, or of 32. */
  readonly half: boolean;
}

export interface ExrHeader {
  readonly width: number;
  readonly height: number;
  /** Number of the first row. */
  readonly top: number;
  readonly compression: ExrCompression;
  /** Rows that are packed together. */
  readonly lines: number;
  readonly rowBytes: number;
  /** The table of chunks. */
  readonly chunksAt: number;
  readonly names: readonly string[];
  /** Those that make the picture, in the order Y, or R, G, B; then A. */
  readonly shown: readonly ExrChannel[];
}

const compressions = ['none', 'rle', 'zips', 'zip'] as const;
export type ExrCompression = (typeof compressions)[number];

/** Those that are not read, by their number. */
const others = ['PIZ', 'PXR24', 'B44', 'B44A', 'DWAA', 'DWAB'] as const;

const linesOf = { none: 1, rle: 1, zips: 1, zip: 16 } as const satisfies Record<ExrCompression, number>;

/** A header may hold a thumbnail; none holds more attributes. */
const mostAttributes = 10_000;

/** @throws KuvaError `image-damaged`, `format-unsupported`; RangeError beyond the end */
export function readExrHeader(bytes: Buffer): ExrHeader {
  const flags = bytes.readUInt32LE(4) >>> 8;
  if ((flags & 0x2) !== 0) throw unusual('is stored in tiles');
  if ((flags & 0x8) !== 0) throw unusual('has several samples a pixel (deep data)');
  if ((flags & 0x10) !== 0) throw unusual('has several parts');
  const { attributes, end } = readAttributes(bytes);
  const value = (name: string): Buffer => {
    const found = attributes.get(name);
    if (found === undefined) throw damaged(`The header of the EXR does not tell its ${name}`);
    return found;
  };
  const number = value('compression').readUInt8(0);
  const compression = compressions[number];
  if (compression === undefined)
    throw unusual(`is compressed by ${others[number - compressions.length] ?? 'an unknown way'}`);
  const window = value('dataWindow');
  const [left, top] = [window.readInt32LE(0), window.readInt32LE(4)];
  const [width, height] = [window.readInt32LE(8) - left + 1, window.readInt32LE(12) - top + 1];
  if (width <= 0 || height <= 0) throw damaged(`The header of the EXR says ${width} × ${height} pixels`);
  const { channels, rowBytes } = readChannels(value('channels'), width);
  return {
    width,
    height,
    top,
    compression,
    lines: linesOf[compression],
    rowBytes,
    chunksAt: end,
    names: [...channels.keys()],
    shown: shownOf(channels),
  };
}

function unusual(how: string) {
  return unsupported(
    `The EXR ${how}, which cannot be read`,
    'Save it as scan lines in one part with ZIP compression, or as TIFF or PNG of 16 bits, and upload that.',
  );
}

/** The end of a text that ends with a zero. */
function textEnd(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(0, at);
  if (end < 0) throw new RangeError('no end of a text');
  return end;
}

function readAttributes(bytes: Buffer): { attributes: Map<string, Buffer>; end: number } {
  const attributes = new Map<string, Buffer>();
  let at = 8;
  while (bytes.readUInt8(at) !== 0) {
    const nameEnd = textEnd(bytes, at);
    const typeEnd = textEnd(bytes, nameEnd + 1);
    const start = typeEnd + 5;
    const size = bytes.readUInt32LE(typeEnd + 1);
    if (start + size > bytes.length) throw new RangeError('attribute beyond the end');
    attributes.set(bytes.toString('latin1', at, nameEnd), bytes.subarray(start, start + size));
    if (attributes.size > mostAttributes) throw damaged('The EXR is corrupt: its header does not end');
    at = start + size;
  }
  return { attributes, end: at + 1 };
}

/** Every channel's name, kind (0: integers, 1: half, 2: float), and how many pixels share a sample. */
function readChannels(list: Buffer, width: number): { channels: Map<string, ExrChannel>; rowBytes: number } {
  const channels = new Map<string, ExrChannel>();
  let [at, rowBytes] = [0, 0];
  while (list.readUInt8(at) !== 0) {
    const end = textEnd(list, at);
    const kind = list.readInt32LE(end + 1);
    const name = list.toString('latin1', at, end);
    if (list.readInt32LE(end + 9) !== 1 || list.readInt32LE(end + 13) !== 1)
      throw unusual(`has fewer samples of ${name} than pixels`);
    if (kind !== 0 && kind !== 1 && kind !== 2) throw damaged('The EXR has a channel of an unknown kind');
    if (kind !== 0) channels.set(name, { offset: rowBytes, half: kind === 1 });
    rowBytes += width * (kind === 1 ? 2 : 4);
    at = end + 17;
  }
  return { channels, rowBytes };
}

function shownOf(channels: ReadonlyMap<string, ExrChannel>): ExrChannel[] {
  const found = (names: readonly string[]) =>
    names.flatMap((name) => {
      const channel = channels.get(name);
      return channel === undefined ? [] : [channel];
    });
  const colours = found(['R', 'G', 'B']);
  if (colours.length === 3) return [...colours, ...found(['A'])];
  const grey = found(['Y']);
  return grey.length === 0 ? [] : [...grey, ...found(['A'])];
}
