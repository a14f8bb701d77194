import { optimalTable, writeHuffmanSegment } from '../entropy/huffman.ts';
import { Unable } from '../entropy/unable.ts';
import { type Coefficients, mcuOf, type Plane, zigzag } from './planes.ts';

/** T.81, B.2.3. */
const mostBlocks = 10;

/**
 * A JPEG with these coefficients: sequential, all components in one scan, with the best Huffman codes for them.
 * @param description segments that stand before all others, as they are
 * @param check called now and then; what it throws ends the work
 */
export function writeCoefficients(
  picture: Coefficients,
  description: readonly Buffer[],
  check: () => void,
): Buffer {
  const { planes } = picture;
  const blocks = planes.reduce((sum, { horizontal, vertical }) => sum + horizontal * vertical, 0);
  if (planes.length > 1 && blocks > mostBlocks)
    throw new Unable('a scan would have more than 10 blocks an MCU');
  const counts = [new Symbols(), new Symbols()];
  code(picture, check, (which) => counts[which] ?? new Symbols());
  const used = planes.length > 1 ? counts : counts.slice(0, 1);
  const tables = used.map(({ dc, ac }) => ({ dc: optimalTable(dc), ac: optimalTable(ac) }));
  const out = new BitWriter(planes.reduce((sum, { data }) => sum + data.length, 0) / 4 + 1024);
  const writers = tables.map(({ dc, ac }) => new CodeWriter(out, dc, ac));
  code(picture, check, (which) => writers[which] ?? new Symbols());
  const definitions = tables.flatMap(({ dc, ac }, number) => [
    { kind: 'dc' as const, number, definition: dc, before: [], after: [] },
    { kind: 'ac' as const, number, definition: ac, before: [], after: [] },
  ]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...description,
    ...quantisationSegments(planes),
    frameSegment(picture),
    writeHuffmanSegment(definitions),
    scanSegment(planes),
    out.end(),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Takes symbols with the bits that follow them. */
interface Sink {
  put(kind: 'dc' | 'ac', symbol: number, bits: number, length: number): void;
}

class Symbols implements Sink {
  readonly dc = new Array<number>(256).fill(0);
  readonly ac = new Array<number>(256).fill(0);

  put(kind: 'dc' | 'ac', symbol: number): void {
    const counts = this[kind];
    counts[symbol] = (counts[symbol] ?? 0) + 1;
  }
}

/** All blocks in the order of the scan: T.81, F.1.2. The first component has codes of its own. */
function code(picture: Coefficients, check: () => void, sinkOf: (table: 0 | 1) => Sink): void {
  const mcu = mcuOf(picture.planes);
  const across = Math.ceil(picture.width / mcu.width);
  const down = Math.ceil(picture.height / mcu.height);
  const parts = picture.planes.map((plane, index) => ({ plane, sink: sinkOf(index === 0 ? 0 : 1), last: 0 }));
  for (let row = 0; row < down; row++) {
    check();
    for (let column = 0; column < across; column++) {
      for (const part of parts) {
        const { plane, sink } = part;
        for (let y = 0; y < plane.vertical; y++) {
          for (let x = 0; x < plane.horizontal; x++) {
            const [blockX, blockY] = [column * plane.horizontal + x, row * plane.vertical + y];
            if (blockX < plane.across && blockY < plane.down) {
              part.last = codeBlock(plane.data, (blockY * plane.across + blockX) * 64, part.last, sink);
            } else {
              // One that fills up the MCU: as bright as the one before it, which costs least.
              sink.put('dc', 0, 0, 0);
              sink.put('ac', 0, 0, 0);
            }
          }
        }
      }
    }
  }
}

function codeBlock(data: Int16Array, at: number, last: number, sink: Sink): number {
  const dc = data[at] ?? 0;
  putValue(sink, 'dc', 0, dc - last, 11);
  let run = 0;
  for (let k = 1; k < 64; k++) {
    const value = data[at + (zigzag[k] ?? 0)] ?? 0;
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) sink.put('ac', 0xf0, 0, 0);
    putValue(sink, 'ac', run, value, 10);
    run = 0;
  }
  if (run > 0) sink.put('ac', 0, 0, 0);
  return dc;
}

function putValue(sink: Sink, kind: 'dc' | 'ac', run: number, value: number, most: number): void {
  const length = 32 - Math.clz32(Math.abs(value));
  if (length > most) throw new Unable('a coefficient is too large');
  sink.put(kind, (run << 4) | length, value < 0 ? value + (1 << length) - 1 : value, length);
}

class CodeWriter implements Sink {
  readonly #out: BitWriter;
  readonly #codes: Readonly<Record<'dc' | 'ac', Uint32Array>>;

  constructor(out: BitWriter, dc: Buffer, ac: Buffer) {
    this.#out = out;
    this.#codes = { dc: codesOf(dc), ac: codesOf(ac) };
  }

  put(kind: 'dc' | 'ac', symbol: number, bits: number, length: number): void {
    const entry = this.#codes[kind][symbol] ?? 0;
    this.#out.put(entry & 0xffff, entry >>> 16);
    if (length > 0) this.#out.put(bits, length);
  }
}

/** By symbol: length in the upper half, code in the lower. */
function codesOf(definition: Buffer): Uint32Array {
  const codes = new Uint32Array(256);
  let next = 0;
  let at = 16;
  for (let length = 1; length <= 16; length++) {
    for (let n = definition[length - 1] ?? 0; n > 0; n--)
      codes[definition[at++] ?? 0] = ((length << 16) | next++) >>> 0;
    next <<= 1;
  }
  return codes;
}

/** Grows as needed; a zero byte follows each byte of all ones. */
class BitWriter {
  #bytes: Buffer;
  #length = 0;
  #word = 0;
  #bits = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(Math.ceil(size));
  }

  /** 16 bits at most. */
  put(value: number, count: number): void {
    this.#word = (this.#word << count) | value;
    this.#bits += count;
    while (this.#bits >= 8) {
      this.#bits -= 8;
      this.#byte((this.#word >>> this.#bits) & 0xff);
    }
    this.#word &= (1 << this.#bits) - 1;
  }

  end(): Buffer {
    if (this.#bits > 0) this.put((1 << (8 - this.#bits)) - 1, 8 - this.#bits);
    return this.#bytes.subarray(0, this.#length);
  }

  #byte(byte: number): void {
    if (this.#length + 2 > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
    if (byte === 0xff) this.#bytes[this.#length++] = 0;
  }
}

/** Components that share a table by number may need different ones when they are turned: they never do, as all are turned alike. */
function quantisationSegments(planes: readonly Plane[]): Buffer[] {
  const tables = new Map(planes.map(({ table, quantisation }) => [table, quantisation]));
  for (const { table, quantisation } of planes) {
    if (
      !Buffer.from(quantisation.buffer).equals(Buffer.from(tables.get(table)?.buffer ?? new ArrayBuffer(0)))
    )
      throw new Unable('a quantisation table is replaced between scans');
  }
  return [...tables].map(([number, table]) => {
    const wide = table.some((value) => value > 255);
    const segment = Buffer.alloc(5 + 64 * (wide ? 2 : 1));
    segment.writeUInt16BE(0xffdb, 0);
    segment.writeUInt16BE(segment.length - 2, 2);
    segment[4] = (wide ? 0x10 : 0) | number;
    zigzag.forEach((place, k) => {
      const value = table[place] ?? 0;
      if (wide) segment.writeUInt16BE(value, 5 + 2 * k);
      else segment[5 + k] = value;
    });
    return segment;
  });
}

function frameSegment({ width, height, planes }: Coefficients): Buffer {
  const wide = planes.some(({ quantisation }) => quantisation.some((value) => value > 255));
  const segment = Buffer.alloc(10 + 3 * planes.length);
  // Baseline has tables of 8 bits alone; extended sequential is the same otherwise.
  segment.writeUInt16BE(wide ? 0xffc1 : 0xffc0, 0);
  segment.writeUInt16BE(segment.length - 2, 2);
  segment[4] = 8;
  segment.writeUInt16BE(height, 5);
  segment.writeUInt16BE(width, 7);
  segment[9] = planes.length;
  planes.forEach(({ id, horizontal, vertical, table }, index) => {
    segment.set([id, (horizontal << 4) | vertical, table], 10 + 3 * index);
  });
  return segment;
}

function scanSegment(planes: readonly Plane[]): Buffer {
  const head = [0xff, 0xda, 0, 6 + 2 * planes.length, planes.length];
  const parts = planes.flatMap(({ id }, index) => [id, index === 0 ? 0 : 0x11]);
  return Buffer.from([...head, ...parts, 0, 63, 0]);
}
