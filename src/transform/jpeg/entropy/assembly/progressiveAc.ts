// Negates an AC scan of a progressive JPEG in its entropy-coded data (ITU-T T.81, G.1.2.2, G.1.2.3 and G.2.2). Values are
// cut to their high bits towards zero, so that only signs and first magnitude bits are flipped; the correction bits of a
// refinement belong to the magnitude and stay.

import {
  endReading,
  endWriting,
  fail,
  openReader,
  openWriter,
  readBits,
  readRestart,
  readSymbol,
  trouble,
  writeBits,
  writeRestart,
  writeSymbol,
} from './bits';
import { tableAt } from './huffman';
import { badCode, tooMany } from './status';

/** Blocks still to come that have no further symbols of their own. */
let endOfBand: i32 = 0;

/**
 * @param known address of a u64 a block: bit k is set when coefficient k is not zero so far
 * @param stride blocks a row in memory
 * @param across blocks a row that the scan has
 * @param high 0 for a first scan, else a refinement
 */
export function negateAc(
  from: usize,
  end: usize,
  to: usize,
  limit: usize,
  tableNumber: i32,
  known: usize,
  stride: i32,
  across: i32,
  blocks: i32,
  interval: i32,
  start: i32,
  stop: i32,
  high: i32,
): i32 {
  openReader(from, end);
  openWriter(to, limit);
  const table = tableAt(tableNumber);
  let untilRestart = interval == 0 ? blocks : interval;
  let restarts: i32 = 0;
  endOfBand = 0;
  for (let block: i32 = 0; block < blocks && trouble == 0; block++) {
    const place = known + <usize>((block / across) * stride + (block % across)) * 8;
    if (high == 0) firstBits(table, place, start, stop);
    else refine(table, place, start, stop);
    if (--untilRestart == 0 || block == blocks - 1) {
      // A run that goes on behind the last block.
      if (endOfBand != 0) fail(tooMany);
      endReading();
      endWriting();
      if (block < blocks - 1) {
        readRestart(restarts);
        writeRestart(restarts);
        restarts++;
        untilRestart = interval;
      }
    }
  }
  return trouble;
}

function firstBits(table: usize, place: usize, start: i32, stop: i32): void {
  if (endOfBand > 0) {
    endOfBand--;
    return;
  }
  let known = load<u64>(place);
  let k = start;
  while (k <= stop && trouble == 0) {
    const symbol = readSymbol(table);
    writeSymbol(table, symbol);
    const run = symbol >> 4;
    const size = symbol & 15;
    if (size == 0) {
      if (run < 15) {
        endOfBand = copyRun(run) - 1;
        break;
      }
      k += 16;
    } else {
      k += run;
      if (k > stop) return fail(tooMany);
      writeBits(readBits(size) ^ ((1 << size) - 1), size);
      known |= (<u64>1) << k;
      k++;
    }
  }
  if (k > stop + 1) fail(tooMany);
  store<u64>(place, known);
}

/** @returns how many blocks the run spans, this one included */
function copyRun(size: i32): i32 {
  const bits = readBits(size);
  writeBits(bits, size);
  return (1 << size) + bits;
}

function refine(table: usize, place: usize, start: i32, stop: i32): void {
  let known = load<u64>(place);
  let k = start;
  if (endOfBand == 0) {
    while (k <= stop && trouble == 0) {
      const symbol = readSymbol(table);
      writeSymbol(table, symbol);
      let run = symbol >> 4;
      const size = symbol & 15;
      if (size > 1) return fail(badCode);
      if (size == 0 && run < 15) {
        endOfBand = copyRun(run);
        break;
      }
      // The sign of a new value.
      if (size == 1) writeBits(readBits(1) ^ 1, 1);
      while (k <= stop) {
        if ((known >>> k) & 1) writeBits(readBits(1), 1);
        else if (run-- == 0) break;
        k++;
      }
      if (size == 1) {
        if (k > stop) return fail(tooMany);
        known |= (<u64>1) << k;
      }
      k++;
    }
  }
  if (endOfBand > 0) {
    for (; k <= stop; k++) {
      if ((known >>> k) & 1) writeBits(readBits(1), 1);
    }
    endOfBand--;
  }
  store<u64>(place, known);
}
