import { Unable } from '../entropy/unable.ts';

/** Codes of a Huffman table by their first 16 bits: length in the upper byte, symbol in the lower; 0: no code. */
export type CodeTable = Uint16Array;

/** @param definition 16 counts of codes by length, then the symbols */
export function codeTable(definition: Buffer): CodeTable {
  const table = new Uint16Array(65_536);
  let code = 0;
  let at = 16;
  for (let length = 1; length <= 16; length++) {
    for (let n = definition[length - 1] ?? 0; n > 0; n--) {
      const first = code << (16 - length);
      const end = first + (1 << (16 - length));
      if (end > 65_536) throw new Unable('a Huffman table is damaged');
      table.fill((length << 8) | (definition[at++] ?? 0), first, end);
      code++;
    }
    code <<= 1;
  }
  return table;
}

/** Reads entropy-coded data bit by bit, up to the next marker. */
export class BitReader {
  readonly #bytes: Buffer;
  #at: number;
  #word = 0;
  #bits = 0;
  /** Bits that were made up behind the end. */
  #padded = 0;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  symbol(table: CodeTable): number {
    this.#fill();
    const entry = table[(this.#word >>> (this.#bits - 16)) & 0xffff] ?? 0;
    if (entry === 0) throw new Unable('a code is none of its table');
    this.#bits -= entry >> 8;
    return entry & 0xff;
  }

  /** The next bits as a number; 16 at most. */
  take(count: number): number {
    if (count === 0) return 0;
    this.#fill();
    this.#bits -= count;
    return (this.#word >>> this.#bits) & ((1 << count) - 1);
  }

  /** The next bits as T.81 codes a difference or a coefficient (F.12). */
  signed(count: number): number {
    const value = this.take(count);
    return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  /** @throws Unable when more was read than is there */
  checkEnd(): void {
    if (this.#padded > this.#bits) throw new Unable('a scan is cut short');
  }

  /** Goes on behind a restart marker. @throws Unable when another marker is there */
  restart(number: number): void {
    this.checkEnd();
    const bytes = this.#bytes;
    let at = this.#at;
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (bytes[at] !== 0xff || bytes[at + 1] !== 0xd0 + (number & 7))
      throw new Unable('a restart marker is missing');
    this.#at = at + 2;
    this.#word = 0;
    this.#bits = 0;
    this.#padded = 0;
  }

  /** 16 bits are there afterwards. */
  #fill(): void {
    while (this.#bits < 17) {
      const byte = this.#bytes[this.#at] ?? 0xff;
      const next = this.#bytes[this.#at + 1];
      if (byte === 0xff && next !== 0) {
        this.#padded += 8;
        this.#word <<= 8;
      } else {
        this.#at += byte === 0xff ? 2 : 1;
        this.#word = (this.#word << 8) | byte;
      }
      this.#bits += 8;
    }
  }
}
