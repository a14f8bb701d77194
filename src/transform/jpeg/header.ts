/** What a JPEG's header says: frame, components, quantisation tables (ITU-T T.81, B.2.2 and B.2.4.1). */
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import { jpegSegments, startOfScan } from './segments.ts';

export interface JpegComponent {
  readonly horizontal: number;
  readonly vertical: number;
  readonly table: number;
}

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  readonly progressive: boolean;
  /** False when the Huffman codes are the standard's examples (annex K.3), as cameras use them. */
  readonly optimised: boolean;
  /** Quantisation tables by number, each 64 values in zigzag order. */
  readonly tables: ReadonlyMap<number, readonly number[]>;
}

type FrameHeader = Omit<JpegHeader, 'tables' | 'optimised'>;

/** How many codes there are of 1 to 16 bits, in tables K.3 to K.6. */
const exampleCodes: ReadonlySet<string> = new Set([
  '0 1 5 1 1 1 1 1 1 0 0 0 0 0 0 0',
  '0 3 1 1 1 1 1 1 1 1 1 0 0 0 0 0',
  '0 2 1 3 3 2 4 3 5 5 4 4 0 0 1 125',
  '0 2 1 2 4 4 3 4 7 5 4 4 0 1 2 119',
]);

const uploadBaseline =
  'Save it as an ordinary (baseline or progressive, 8-bit) JPEG, or as TIFF or PNG, and upload that.';

/**
 * Reads up to the first scan; entropy-coded data is not touched.
 * @throws KuvaError `image-damaged`, `format-unsupported`
 */
export function readJpegHeader(bytes: Buffer): JpegHeader {
  return readingStructure('The header of the JPEG', () => {
    const tables = new Map<number, readonly number[]>();
    let frame: FrameHeader | undefined;
    let optimised = false;
    for (const { marker, payload } of jpegSegments(bytes)) {
      if (marker === 0xdb) for (const [number, table] of readTables(payload)) tables.set(number, table);
      if (marker === 0xc4)
        optimised ||= [...readCodeLengths(payload)].some((lengths) => !exampleCodes.has(lengths));
      if (isFrame(marker)) frame = readFrame(marker, payload);
      if (marker === startOfScan) break;
    }
    if (frame === undefined) throw damaged('The JPEG has no frame header: its size is unknown');
    return { ...frame, tables, optimised };
  });
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie between them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, payload: Buffer): FrameHeader {
  const precision = payload.readUInt8(0);
  if (marker === 0xc3)
    throw unsupported('The file is a lossless JPEG (ITU-T T.81, process 14)', uploadBaseline);
  if (precision !== 8) throw unsupported(`The file is a JPEG of ${precision} bits a channel`, uploadBaseline);
  if ((marker >= 0xc5 && marker <= 0xc7) || marker >= 0xcd) {
    throw unsupported('The file is a hierarchical JPEG', uploadBaseline);
  }
  const height = payload.readUInt16BE(1);
  const width = payload.readUInt16BE(3);
  if (width === 0 || height === 0) throw damaged(`The header of the JPEG says ${width} × ${height} pixels`);
  const components = [];
  for (let number = 0; number < payload.readUInt8(5); number++) {
    const sampling = payload.readUInt8(7 + 3 * number);
    components.push({
      horizontal: sampling >> 4,
      vertical: sampling & 15,
      table: payload.readUInt8(8 + 3 * number),
    });
  }
  return { width, height, components, progressive: marker === 0xc2 || marker === 0xca };
}

function* readCodeLengths(payload: Buffer): Generator<string> {
  let at = 0;
  while (at + 17 <= payload.length) {
    const counts = [...payload.subarray(at + 1, at + 17)];
    yield counts.join(' ');
    at += 17 + counts.reduce((total, count) => total + count, 0);
  }
}

function* readTables(payload: Buffer): Generator<readonly [number, readonly number[]]> {
  let at = 0;
  while (at < payload.length) {
    const head = payload.readUInt8(at++);
    const wide = head >> 4 > 0;
    const values = [];
    for (let index = 0; index < 64; index++) {
      values.push(wide ? payload.readUInt16BE(at) : payload.readUInt8(at));
      at += wide ? 2 : 1;
    }
    yield [head & 15, values];
  }
}

/** Whether colours are stored with fewer samples than brightness, and how, in the usual notation. */
export function chromaSubsampling({ components }: JpegHeader): '4:4:4' | '4:2:2' | '4:2:0' | 'other' {
  const [luma, chroma] = components;
  if (luma === undefined || chroma === undefined) return '4:4:4';
  const across = luma.horizontal / chroma.horizontal;
  const down = luma.vertical / chroma.vertical;
  if (across === 1 && down === 1) return '4:4:4';
  if (across === 2 && down === 1) return '4:2:2';
  return across === 2 && down === 2 ? '4:2:0' : 'other';
}
