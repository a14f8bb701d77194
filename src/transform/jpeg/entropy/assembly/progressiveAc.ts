// Negates an AC scan of a progressive JPEG in its entropy-coded data (ITU-T T.81, G.1.2.2, G.1.2.3 and G.2.2). Values are
// cut to their high bits towards zero, so that only signs and first magnitude bits are flipped; the correction bits of a
// refinement belong to the magnitude and stay. So no bit moves: the result is a copy, with some bits flipped.

import { longCode, lookBits, tableAt } from './huffman';
import { clean, closeInterval, consumed, openInterval, openScan, scratch } from './intervals';
import { badCode, cutShort, leftOver, oddPadding, ok, tooMany } from './status';
import { readWord } from './words';

/** Of the interval: where it is read, where its copy lies, and how many bits it has. */
let input: usize = 0;
let copy: usize = 0;
let bits: i64 = 0;

/** Of the scan. */
let table: usize = 0;
let known: usize = 0;
let stride: i32 = 0;
let across: i32 = 0;

/**
 * @param places address of a u64 a block: bit k is set when coefficient k is not zero so far
 * @param rowOfBlocks how many blocks a row has in memory
 * @param blocksAcross how many of them are in the scan
 * @param high 0 for a first scan, else a refinement
 */
export function negateAc(
  from: usize,
  end: usize,
  to: usize,
  limit: usize,
  tableNumber: i32,
  places: usize,
  rowOfBlocks: i32,
  blocksAcross: i32,
  blocks: i32,
  interval: i32,
  start: i32,
  stop: i32,
  high: i32,
): i32 {
  table = tableAt(tableNumber);
  known = places;
  stride = rowOfBlocks;
  across = blocksAcross;
  openScan(from, end, to, limit);
  for (let done: i32 = 0; done < blocks; ) {
    const part = interval == 0 || interval > blocks - done ? blocks - done : interval;
    let status = openInterval();
    if (status != ok) return status;
    input = consumed;
    copy = scratch;
    const length = clean - input;
    bits = (<i64>length) << 3;
    memory.copy(copy, input, length);
    status = high == 0 ? firstBits(done, part, start, stop) : refine(done, part, start, stop);
    if (status != ok) return status;
    done += part;
    status = closeInterval(copy + length, done == blocks);
    if (status != ok) return status;
  }
  return ok;
}

/** The next 57 bits and more, from the top. */
function bitsAt(p: i64): u64 {
  return readWord(input + <usize>(p >> 3)) << (p & 7);
}

/** Flips so many bits, 15 at most, in the copy. */
function flip(p: i64, count: i32): void {
  const place = copy + <usize>(p >> 3);
  const mask: u32 = ((1 << count) - 1) << (32 - count - <i32>(p & 7));
  store<u32>(place, load<u32>(place) ^ bswap<u32>(mask));
}

/** The code that stands there, length << 8 | symbol; 0 where there is none. */
function codeAt(p: i64): i32 {
  const ahead = bitsAt(p);
  const entry: i32 = load<u16>(table + ((<usize>(ahead >>> (64 - lookBits))) << 1));
  return entry != 0 ? entry : longCode(table, <i32>(ahead >>> 48));
}

/** How many blocks a run of such blocks spans that have no further symbols, this one too; its length stands there. */
function spanAt(p: i64, size: i32): i32 {
  return (1 << size) + <i32>((bitsAt(p) >>> 1) >>> (63 - size));
}

/** Where it is kept which coefficients of a block are not zero. */
function placeOf(block: i32): usize {
  return known + <usize>((block / across) * stride + (block % across)) * 8;
}

/** What is wrong where bits make no sense: behind the end of the data, that they end too early. */
function wrongAt(p: i64, status: i32): i32 {
  return p > bits ? cutShort : status;
}

/** Only the padding may be left: less than a byte, all ones (T.81, F.1.2.3). */
function endAt(p: i64): i32 {
  const left = <i32>(bits - p);
  if (left < 0) return cutShort;
  if (left >= 8) return leftOver;
  return left > 0 && bitsAt(p) >>> (64 - left) != (1 << left) - 1 ? oddPadding : ok;
}

function firstBits(first: i32, count: i32, start: i32, stop: i32): i32 {
  let p: i64 = 0;
  for (let block = first; block < first + count; block++) {
    if (p > bits) return cutShort;
    const place = placeOf(block);
    let there = load<u64>(place);
    let k = start;
    while (k <= stop) {
      const entry = codeAt(p);
      if (entry == 0) return wrongAt(p + 16, badCode);
      const length = entry >> 8;
      const run = (entry >> 4) & 15;
      const size = entry & 15;
      if (size == 0) {
        if (run < 15) {
          // Blocks behind this one that have no symbols of their own.
          const others = spanAt(p + length, run) - 1;
          p += length + run;
          if (others >= first + count - block) return wrongAt(p, tooMany);
          block += others;
          break;
        }
        p += length;
        k += 16;
        if (k > stop + 1) return wrongAt(p, tooMany);
      } else {
        k += run;
        if (k > stop) return wrongAt(p, tooMany);
        flip(p + length, size);
        p += length + size;
        there |= (<u64>1) << k;
        k++;
      }
    }
    store<u64>(place, there);
  }
  return endAt(p);
}

function refine(first: i32, count: i32, start: i32, stop: i32): i32 {
  const band: u64 = (((<u64>2) << stop) - 1) & (~(<u64>0) << start);
  let p: i64 = 0;
  /** Blocks still to come, the present one too, that have no further symbols of their own. */
  let others: i32 = 0;
  for (let block = first; block < first + count; block++) {
    if (p > bits) return cutShort;
    const place = placeOf(block);
    const there = load<u64>(place);
    let added: u64 = 0;
    // Of the band, what is still to come in this block.
    let rest = band;
    if (others == 0) {
      while (rest != 0) {
        const entry = codeAt(p);
        if (entry == 0) return wrongAt(p + 16, badCode);
        const length = entry >> 8;
        const run = (entry >> 4) & 15;
        const size = entry & 15;
        p += length;
        if (size == 0 && run < 15) {
          others = spanAt(p, run);
          p += run;
          break;
        }
        if (size > 1) return wrongAt(p, badCode);
        if (size == 1) {
          // The sign of a new value.
          const sign = copy + <usize>(p >> 3);
          store<u8>(sign, load<u8>(sign) ^ (<u8>0x80 >> <u8>(p & 7)));
          p++;
        }
        let zeros = rest & ~there;
        for (let skipped = run; skipped > 0; skipped--) zeros &= zeros - 1;
        // The coefficient that the symbol is of, and what the band has behind it.
        const one = zeros & -zeros;
        const behind = rest & ~(one | (one - 1));
        p += popcnt(there & rest & (one - 1));
        if (size == 1) {
          if (one == 0) return wrongAt(p, tooMany);
          added |= one;
        }
        rest = behind;
      }
    }
    if (others > 0) {
      p += popcnt(there & rest);
      others--;
    }
    if (added != 0) store<u64>(place, there | added);
  }
  return others > 0 ? tooMany : endAt(p);
}
