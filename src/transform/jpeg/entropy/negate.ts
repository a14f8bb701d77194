/** Negates a JPEG without decoding it to pixels. */
import { type FrameHeader, readFrameHeader, readScanHeader } from './frame.ts';
import { type HuffmanTable, readHuffmanTables, writeHuffmanSegment } from './huffman.ts';
import { negatedSegment, type Thumbnails } from './pictures.ts';
import { Pieces } from './pieces.ts';
import { Scans } from './scans.ts';
import { shiftsOf } from './shifts.ts';
import { Unable } from './unable.ts';

export interface NegateOptions {
  /** Called between scans; what it throws ends the work. */
  readonly check?: () => void;
  /** Memory for the result, other than what is read; if it is too small, the result has memory of its own. */
  readonly room?: ArrayBuffer | undefined;
}

const largestSegment = 65_535;

/** Of a thumbnail that lies in a segment of 64 KB: more is nothing that a camera made. */
const mostThumbnailBlocks = 100_000;

/** Segments with Huffman tables; libjpeg writes at most one a scan and table. */
const mostTableSegments = 10_000;

/**
 * Inverts the signs of all coefficients in the entropy-coded data, and moves brightness by one level: at most 4 levels off
 * the exact negation, because rounding happens on the other side of zero. Done twice it gives the source back, byte for byte,
 * but for parts that are left out: other pictures behind the first, thumbnails that cannot be negated.
 *
 * Huffman-coded files of 8 bits, baseline, extended or progressive, of 1, 3 or 4 components. Every code of every block is
 * read, so that a file that is cut short or out of step is noticed.
 * @throws Unable for any other file, and for one that is damaged
 */
export function negateCoefficients(bytes: Buffer, { check, room }: NegateOptions = {}): Buffer {
  return new Negation(bytes, check, negatedThumbnail).result(room);
}

/** A small JPEG inside another file; undefined when it cannot be negated. */
function negatedThumbnail(bytes: Buffer): Buffer | undefined {
  try {
    // A thumbnail's own thumbnail is left out.
    return new Negation(bytes, undefined, undefined).result();
  } catch (thrown) {
    if (thrown instanceof Unable) return undefined;
    throw thrown;
  }
}

class Negation {
  readonly #bytes: Buffer;
  readonly #check: (() => void) | undefined;
  readonly #thumbnails: Thumbnails | undefined;
  readonly #pieces: Pieces;
  readonly #tables = new Map<string, HuffmanTable>();
  readonly #quantisation = new Map<number, number>();
  #tableSegments = 0;
  #jfif = false;
  #adobe: number | undefined;
  #frame: FrameHeader | undefined;
  #scans: Scans | undefined;
  #interval = 0;

  constructor(bytes: Buffer, check: (() => void) | undefined, thumbnails: Thumbnails | undefined) {
    this.#bytes = bytes;
    this.#check = check;
    this.#thumbnails = thumbnails;
    this.#pieces = new Pieces(bytes);
  }

  result(room?: ArrayBuffer): Buffer {
    try {
      this.#read();
    } catch (thrown) {
      // Reading behind the end of a segment.
      if (thrown instanceof RangeError) throw new Unable('a segment is damaged', { cause: thrown });
      throw thrown;
    }
    if (this.#scans === undefined) throw new Unable('it has no scan');
    this.#scans.finish();
    return this.#pieces.joined(room);
  }

  #read(): void {
    const bytes = this.#bytes;
    if (bytes.readUInt16BE(0) !== 0xffd8) throw new Unable('it does not begin as a JPEG');
    this.#pieces.copy(0, 2);
    for (let at = 2; ; ) {
      if (bytes.readUInt8(at) !== 0xff) throw new Unable('there is something between two segments');
      const marker = bytes.readUInt8(at + 1);
      if (marker === 0xff) {
        this.#pieces.copy(at, at + 1);
        at += 1;
        continue;
      }
      if (marker === 0xd9) {
        this.#pieces.copy(at, at + 2);
        this.#copyPadding(at + 2);
        return;
      }
      const end = at + 2 + bytes.readUInt16BE(at + 2);
      if (end > bytes.length || end < at + 4) throw new Unable('a segment is cut short');
      at = this.#segment(marker, at, end);
    }
  }

  /** Zeros behind the end stay; other pictures, a maker's notes and previews do not. */
  #copyPadding(from: number): void {
    const rest = this.#bytes.subarray(from);
    if (rest.every((byte) => byte === 0)) this.#pieces.copy(from, this.#bytes.length);
  }

  /** @returns where the next one begins */
  #segment(marker: number, start: number, end: number): number {
    const payload = this.#bytes.subarray(start + 4, end);
    if (marker === 0xda) return this.#scan(payload, start, end);
    if (marker === 0xc4) this.#huffman(payload);
    else if (marker >= 0xe0 && marker <= 0xef) this.#application(marker, payload, start, end);
    else {
      this.#header(marker, payload);
      this.#pieces.copy(start, end);
    }
    return end;
  }

  #header(marker: number, payload: Buffer): void {
    switch (marker) {
      case 0xfe:
        return;
      case 0xdb:
        this.#readQuantisation(payload);
        return;
      case 0xdd:
        this.#interval = payload.readUInt16BE(0);
        return;
      case 0xc0:
      case 0xc1:
      case 0xc2:
        if (this.#frame !== undefined) throw new Unable('it has two frames');
        this.#frame = readFrameHeader(marker, payload);
        return;
      default:
        throw new Unable(`it is coded in an unusual way (marker ${marker.toString(16)})`);
    }
  }

  #huffman(payload: Buffer): void {
    if (++this.#tableSegments > mostTableSegments) throw new Unable('it has too many Huffman tables');
    const tables = readHuffmanTables(payload);
    for (const table of tables) this.#tables.set(`${table.kind}${table.number}`, table);
    this.#pieces.put(() => writeHuffmanSegment(tables));
  }

  #application(marker: number, payload: Buffer, start: number, end: number): void {
    const text = payload.toString('latin1', 0, 5);
    // As libjpeg: shorter ones do not count.
    if (marker === 0xe0 && text === 'JFIF\0' && payload.length >= 14) this.#jfif = true;
    if (marker === 0xee && text === 'Adobe' && payload.length >= 12) this.#adobe = payload.readUInt8(11);
    // Thumbnails need the machine that scans, once begun, have for themselves.
    const thumbnails = this.#scans === undefined ? this.#thumbnails : undefined;
    const negated = negatedSegment(marker, payload, this.#bytes, thumbnails);
    if (negated === 'same') this.#pieces.copy(start, end);
    else if (negated !== 'dropped') {
      if (negated.length + 2 > largestSegment) throw new Unable('a segment would become too long');
      const head = Buffer.from([0xff, marker, 0, 0]);
      head.writeUInt16BE(negated.length + 2, 2);
      this.#pieces.put(() => Buffer.concat([head, negated]));
    }
  }

  #readQuantisation(payload: Buffer): void {
    for (let at = 0; at < payload.length; ) {
      const head = payload.readUInt8(at);
      const wide = head >> 4 !== 0;
      const step = wide ? payload.readUInt16BE(at + 1) : payload.readUInt8(at + 1);
      const number = head & 15;
      // Which of two holds for a component depends on when its first scan comes: not worth the trouble.
      if (this.#scans !== undefined && this.#quantisation.get(number) !== step) {
        throw new Unable('a quantisation table changes between scans');
      }
      this.#quantisation.set(number, step);
      at += 1 + (wide ? 128 : 64);
      if (at > payload.length) throw new Unable('a quantisation table is cut short');
    }
  }

  #scan(payload: Buffer, start: number, end: number): number {
    const frame = this.#frame;
    if (frame === undefined) throw new Unable('a scan comes before the frame');
    if (this.#thumbnails === undefined && frame.mcusAcross * frame.mcusDown > mostThumbnailBlocks) {
      throw new Unable('a thumbnail is too large');
    }
    this.#check?.();
    this.#scans ??= new Scans(
      this.#bytes,
      frame,
      shiftsOf(frame, { jfif: this.#jfif, adobe: this.#adobe }, this.#quantisation),
    );
    const negated = this.#scans.add({
      header: readScanHeader(payload, frame),
      at: end,
      tables: new Map(this.#tables),
      interval: this.#interval,
    });
    this.#pieces.copy(start, end);
    this.#pieces.put(() => negated.data());
    return negated.end;
  }
}
