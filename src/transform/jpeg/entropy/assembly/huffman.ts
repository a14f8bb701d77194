// Huffman tables (ITU-T T.81, annex C and F.2.2.3), in a fixed place behind the static data.

/** Bits that the first look-up takes; longer codes are rare, and are searched by length. */
export const lookBits: i32 = 10;

/**
 * One table: 1,024 entries of (length << 8 | symbol), length 0 where the code is longer; then 18 + 18 numbers for
 * longer codes; then 256 symbols; then 256 codes to write with, (length << 16 | code).
 */
const stride: usize = 2048 + 72 + 72 + 256 + 1024;
const above: usize = 2048;
const offsets: usize = 2048 + 72;
const symbols: usize = 2048 + 144;
const writing: usize = 2048 + 400;

/** Tables 0 to 3 are for DC, 4 to 7 for AC. */
const tables: usize = 8192;

/** What each table was made of: a camera's pictures have the same ones all the time. */
const definitions: usize = tables + 8 * stride;
const definitionSize: usize = 272;

/** For tables 4 to 7: see runs.ts. */
const runs: usize = 40960;
const runsSize: usize = 16384;

/** Where what the host passes begins: behind the tables. */
export const free: usize = runs + 4 * runsSize;

export function tableAt(index: i32): usize {
  return tables + usize(index) * stride;
}

export function runsAt(index: i32): usize {
  return runs + usize(index - 4) * runsSize;
}

/** Tables that changed since somebody asked, a bit each. */
let news: i32 = 0xff;

/** Has this table changed since it was asked for the last time? */
export function takeNews(index: i32): bool {
  const changed = ((news >> index) & 1) != 0;
  news &= ~(1 << index);
  return changed;
}

/**
 * Reads a table as a DHT segment has it: 16 counts, then at most 256 symbols.
 * @returns 0; 1 when the counts make no prefix code
 */
export function buildTable(index: i32, definition: usize): i32 {
  let length: usize = 16;
  for (let at: usize = 0; at < 16; at++) length += load<u8>(definition + at);
  const before = definitions + usize(index) * definitionSize;
  if (memory.compare(before, definition, length) == 0) return 0;
  news |= 1 << index;
  memory.fill(before, 0, definitionSize);
  const table = tableAt(index);
  memory.fill(table, 0, stride);
  let code: i32 = 0;
  let place: i32 = 0;
  for (let length: i32 = 1; length <= 16; length++) {
    const count: i32 = load<u8>(definition + length - 1);
    store<i32>(table + offsets + (length << 2), place - code);
    for (let nth: i32 = 0; nth < count; nth++) {
      if (place >= 256) return 1;
      const symbol: i32 = load<u8>(definition + 16 + place);
      if (index < 4 && symbol > 15) return 1;
      store<u8>(table + symbols + place, symbol);
      store<u32>(table + writing + (symbol << 2), (length << 16) | code);
      if (length <= lookBits) {
        const first = code << (lookBits - length);
        const after = first + (1 << (lookBits - length));
        if (after > 1 << lookBits) return 1;
        for (let entry = first; entry < after; entry++) {
          store<u16>(table + (entry << 1), (length << 8) | symbol);
        }
      }
      code++;
      place++;
    }
    // No code is all ones (T.81, C.2); decoders refuse such a table.
    if (count > 0 && code >= 1 << length) return 1;
    // One more than the largest code of this length, left-aligned in 16 bits.
    store<i32>(table + above + (length << 2), code << (16 - length));
    code <<= 1;
  }
  memory.copy(before, definition, length);
  return 0;
}

/**
 * Finds a code of more bits than the first look-up takes.
 * @param window the next 16 bits
 * @returns length << 8 | symbol; 0 for a code that is not in the table
 */
export function longCode(table: usize, window: i32): i32 {
  for (let length: i32 = lookBits + 1; length <= 16; length++) {
    if (window < load<i32>(table + above + (length << 2))) {
      const place = (window >> (16 - length)) + load<i32>(table + offsets + (length << 2));
      return (length << 8) | load<u8>(table + symbols + place);
    }
  }
  return 0;
}

/** @returns length << 16 | code; 0 for a symbol that the table has no code for */
export function codeOf(table: usize, symbol: i32): u32 {
  return load<u32>(table + writing + (symbol << 2));
}
