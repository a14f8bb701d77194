// Tables that tell of the next bits of a block's AC coefficients all that is known from them alone: as many whole symbols,
// with their magnitude bits, as they hold. Two or three symbols for one look is what makes negation fast.

import { longCode, lookBits, runsAt, tableAt, takeNews } from './huffman';

/** Bits that one look sees. 11 took a tenth more time, 13 no less, for twice the memory. */
export const runBits: i32 = 12;

/**
 * The most bits that one look uses up: a symbol whose code is seen whole may have magnitude bits behind what is seen. 20 and
 * 24 leave room for fewer looks between two refills, and were slower.
 */
export const mostBits: i32 = 18;

/** Added to the number of coefficients by an end of block. */
export const blockEnd: i32 = 128;

/** For bits that hold no whole code: more coefficients than any block has, so that the look leads nowhere. */
const nothing: i32 = 64 << 8;

/**
 * One entry: in bits 0 to 5 how many bits are used up, in 8 to 15 how many coefficients they are, from 16 on which of
 * the bits are magnitudes.
 */
export function prepareRuns(number: i32): void {
  if (!takeNews(number)) return;
  const table = tableAt(number);
  const runs = runsAt(number);
  for (let window: i32 = 0; window < 1 << runBits; window++) {
    store<u32>(runs + (window << 2), entryOf(table, window));
  }
}

function entryOf(table: usize, window: i32): u32 {
  let used: i32 = 0;
  let coefficients: i32 = 0;
  let flips: i32 = 0;
  while (coefficients < 64) {
    const rest = (window << used) & ((1 << runBits) - 1);
    let code: i32 = load<u16>(table + ((rest >> (runBits - lookBits)) << 1));
    if (code == 0) code = longCode(table, rest << (16 - runBits));
    const length = code >> 8;
    const size = code & 15;
    const run = (code >> 4) & 15;
    const total = length + size;
    if (code == 0 || used + length > runBits || total > mostBits) break;
    if (used + total > runBits && used > 0) break;
    if (size == 0 && run != 0 && run != 15) break;
    used += total;
    flips = (flips << total) | ((1 << size) - 1);
    if (size == 0 && run == 0) {
      coefficients += blockEnd;
      break;
    }
    coefficients += run + 1;
    if (used >= runBits) break;
  }
  return used == 0 ? nothing : (flips << 16) | (coefficients << 8) | used;
}
