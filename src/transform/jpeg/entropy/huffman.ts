/** Huffman tables as a file defines them (ITU-T T.81, B.2.4.2), and how good encoders choose their codes (annex K.2). */
import { Unable } from './unable.ts';

export interface HuffmanTable {
  readonly kind: 'dc' | 'ac';
  /** 0 to 3. */
  readonly number: number;
  /** 16 counts of codes by length, then the symbols. */
  definition: Buffer;
  /** How often each DC symbol is coded, in the source and in the result; only progressive files count. */
  readonly before: number[];
  readonly after: number[];
}

/** The tables in a DHT segment. */
export function readHuffmanTables(payload: Buffer): HuffmanTable[] {
  const tables: HuffmanTable[] = [];
  for (let at = 0; at < payload.length; ) {
    const head = payload[at] ?? 0;
    const counts = payload.subarray(at + 1, at + 17);
    const length = 17 + counts.reduce((total, count) => total + count, 0);
    const tooLong = length > 17 + 256 || at + length > payload.length;
    if (counts.length < 16 || tooLong || head >> 4 > 1 || (head & 15) > 3) {
      throw new Unable('a Huffman table is damaged');
    }
    tables.push({
      kind: head >> 4 === 0 ? 'dc' : 'ac',
      number: head & 15,
      definition: payload.subarray(at + 1, at + length),
      before: [],
      after: [],
    });
    at += length;
  }
  return tables;
}

export function writeHuffmanSegment(tables: readonly HuffmanTable[]): Buffer {
  const parts = tables.flatMap(({ kind, number, definition }) => [
    Buffer.from([(kind === 'dc' ? 0 : 0x10) | number]),
    definition,
  ]);
  const head = Buffer.from([0xff, 0xc4, 0, 0]);
  head.writeUInt16BE(2 + parts.reduce((total, part) => total + part.length, 0), 2);
  return Buffer.concat([head, ...parts]);
}

/**
 * The definition of the best table for symbols that are so frequent: figures K.1 to K.4. One code of all ones is never
 * used, hence the symbol 256 that is left out in the end.
 */
export function optimalTable(frequencies: readonly number[]): Buffer {
  const left = Array.from({ length: 257 }, (_, symbol) => (symbol === 256 ? 1 : (frequencies[symbol] ?? 0)));
  const sizes = codeSizes(left);
  const counts: number[] = new Array<number>(33).fill(0);
  for (const size of sizes) if (size > 0) counts[Math.min(size, 32)] = (counts[Math.min(size, 32)] ?? 0) + 1;
  counts[0] = 0;
  shorten(counts);
  const symbols = [];
  for (let size = 1; size <= 32; size++) {
    for (let symbol = 0; symbol < 256; symbol++) if (sizes[symbol] === size) symbols.push(symbol);
  }
  return Buffer.from([...counts.slice(1, 17), ...symbols]);
}

/** Figure K.1. */
function codeSizes(frequencies: number[]): number[] {
  const sizes = new Array<number>(257).fill(0);
  const others = new Array<number>(257).fill(-1);
  const deepen = (from: number): number => {
    let at = from;
    for (;;) {
      sizes[at] = (sizes[at] ?? 0) + 1;
      const next = others[at] ?? -1;
      if (next < 0) return at;
      at = next;
    }
  };
  for (;;) {
    const first = rarest(frequencies, -1);
    const second = rarest(frequencies, first);
    if (second < 0) return sizes;
    frequencies[first] = (frequencies[first] ?? 0) + (frequencies[second] ?? 0);
    frequencies[second] = 0;
    const last = deepen(first);
    others[last] = second;
    deepen(second);
  }
}

/** The rarest symbol that occurs at all, the largest of equals; -1 when there is none. */
function rarest(frequencies: readonly number[], except: number): number {
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [symbol, frequency] of frequencies.entries()) {
    if (frequency === 0 || symbol === except || frequency > least) continue;
    least = frequency;
    found = symbol;
  }
  return found;
}

/** Figure K.3: no code has more than 16 bits. */
function shorten(counts: number[]): void {
  const change = (size: number, by: number): void => {
    counts[size] = (counts[size] ?? 0) + by;
  };
  for (let size = 32; size > 16; size--) {
    while ((counts[size] ?? 0) > 0) {
      let shorter = size - 2;
      while (shorter > 0 && (counts[shorter] ?? 0) === 0) shorter--;
      change(size, -2);
      change(size - 1, 1);
      change(shorter + 1, 2);
      change(shorter, -1);
    }
  }
  // The symbol that stood for the code of all ones.
  let longest = 16;
  while (longest > 0 && counts[longest] === 0) longest--;
  change(longest, -1);
}
