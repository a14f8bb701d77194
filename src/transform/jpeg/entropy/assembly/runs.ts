// Tables that tell of the next bits of a block's AC coefficients all that is known from them alone: as many whole symbols,
// with their magnitude bits, as they hold. Two or three symbols for one look is what makes negation fast.

import { lookBits, runsAt, tableAt, takeNews } from './huffman';

/** Bits that one look takes. 11 took a tenth more time, 13 no less, for twice the memory. */
export const runBits: i32 = 12;

/** Added to the number of coefficients by an end of block. */
export const blockEnd: i32 = 128;

/** For bits that hold no whole symbol: more coefficients than any block has, so that the look leads nowhere. */
const nothing: i32 = 64 << 8;

/**
 * One entry: in bits 0 to 4 how many bits are used up, in 8 to 15 how many coefficients they are, from 16 on which of
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
    const code: i32 = load<u16>(table + ((rest >> (runBits - lookBits)) << 1));
    const size = code & 15;
    const run = (code >> 4) & 15;
    const total = (code >> 8) + size;
    if (code == 0 || used + total > runBits) break;
    if (size == 0 && run != 0 && run != 15) break;
    used += total;
    flips = (flips << total) | ((1 << size) - 1);
    if (size == 0 && run == 0) {
      coefficients += blockEnd;
      break;
    }
    coefficients += run + 1;
  }
  return used == 0 ? nothing : (flips << 16) | (coefficients << 8) | used;
}
