// Negates one scan of a sequential JPEG in its entropy-coded data (ITU-T T.81, F.1.2 and F.2.2).
//
// A coefficient is coded as a symbol that says how many bits follow, then these bits; those of -x are those of x
// inverted. So all symbols stay, and only magnitude bits are flipped. One function holds the whole loop, because
// locals are registers and everything else is memory.

import { codeOf, longCode, lookBits, runsAt, tableAt } from './huffman';
import { clean, closeInterval, consumed, openInterval, openScan, scratch } from './intervals';
import { blockEnd, mostBits, prepareRuns, runBits } from './runs';
import { badCode, cutShort, leftOver, noCode, oddPadding, ok, tooMany } from './status';
import { readWord, writeWord } from './words';

/**
 * Up to so many bits that wait to be written there is another look. A refill leaves at least 56 to be read, and no more of
 * them were used than wait: so the look has its bits, and what waits stays below 64.
 */
const most: i32 = 56 - mostBits;

/** Where an interval's result ends. */
let result: usize = 0;

function extend(bits: i32, size: i32): i32 {
  // T.81, figure F.12.
  return size == 0 || bits >= 1 << (size - 1) ? bits : bits - (1 << size) + 1;
}

/**
 * @param from entropy-coded data, up to `end`, where a marker stands or the file ends; they are changed
 * @param components for each component of the scan four i32: DC table, AC table, blocks an MCU, shift
 * @param interval MCUs between restart markers; 0 for none
 */
export function negateSequential(
  from: usize,
  end: usize,
  to: usize,
  limit: usize,
  components: usize,
  count: i32,
  mcus: i32,
  interval: i32,
): i32 {
  for (let each: i32 = 0; each < count; each++) prepareRuns(load<i32>(components + (each << 4), 4));
  openScan(from, end, to, limit);
  for (let done: i32 = 0; done < mcus; ) {
    const part = interval == 0 || interval > mcus - done ? mcus - done : interval;
    let status = openInterval();
    if (status != ok) return status;
    status = negateInterval(consumed, clean, scratch, components, count, part);
    if (status != ok) return status;
    done += part;
    status = closeInterval(result, done == mcus);
    if (status != ok) return status;
  }
  return ok;
}

/** One interval, without stuffing. It reads at most a block behind `end`, which is memory of ours. */
function negateInterval(from: usize, end: usize, to: usize, components: usize, count: i32, mcus: i32): i32 {
  let input = from;
  let output = to;
  // Bits that were read and not yet used, from the top.
  let ahead: u64 = 0;
  let have: i32 = 0;
  // Bits that wait to be written, from the bottom; above them stands what was written before.
  let out: u64 = 0;
  let kept: i32 = 0;
  // How many waited at the last refill: as many bits were used since as came to them, and `have` need not count.
  let base: i32 = 0;

  for (let mcu: i32 = 0; mcu < mcus; mcu++) {
    for (let each: i32 = 0; each < count; each++) {
      const component = components + (each << 4);
      const dcTable = tableAt(load<i32>(component));
      const acTable = tableAt(load<i32>(component, 4));
      const runs = runsAt(load<i32>(component, 4));
      const blocks = load<i32>(component, 8);
      for (let block: i32 = 0; block < blocks; block++) {
        if (input > end + 8) return cutShort;
        ahead |= readWord(input) >>> have;
        input += (63 - have) >> 3;
        have |= 56;
        base = kept;
        let entry: i32 = load<u16>(dcTable + ((<usize>(ahead >>> (64 - lookBits))) << 1));
        if (entry == 0) {
          entry = longCode(dcTable, <i32>(ahead >>> 48));
          if (entry == 0) return input - (have >> 3) + 2 > end ? cutShort : badCode;
        }
        let size = entry & 255;
        const length = entry >> 8;
        let total = length + size;
        if (mcu == 0 && block == 0 && load<i32>(component, 12) != 0) {
          // The first DC difference of an interval: all others build on it, so it alone carries the shift.
          if (size > 11) return badCode;
          const shift = load<i32>(component, 12);
          const value = extend(<i32>(((ahead << length) >>> 1) >>> (63 - size)), size);
          let negated = -value - shift;
          let newSize = 32 - clz(negated < 0 ? -negated : negated);
          if (newSize > 11 || codeOf(dcTable, newSize) == 0) {
            // No code: then without the shift, if the way back finds none either.
            const back = value - shift;
            const backSize = 32 - clz(back < 0 ? -back : back);
            if (backSize <= 11 && codeOf(dcTable, backSize) != 0) return noCode;
            negated = -value;
            newSize = size;
          }
          const code = codeOf(dcTable, newSize);
          const newLength = <i32>(code >> 16);
          if (newLength == 0) return noCode;
          const magnitude = negated < 0 ? negated + (1 << newSize) - 1 : negated;
          out = (((out << newLength) | (code & 0xffff)) << newSize) | <u64>magnitude;
          kept += newLength + newSize;
          writeWord(output, out << (64 - kept));
          output += kept >> 3;
          kept &= 7;
          ahead <<= total;
          have -= total;
          ahead |= readWord(input) >>> have;
          input += (63 - have) >> 3;
          have |= 56;
          base = kept;
        } else {
          out = (out << total) | ((ahead >>> (64 - total)) ^ ((1 << size) - 1));
          kept += total;
          ahead <<= total;
        }

        // In one number, for one addition a look: in bits 0 to 5 those that wait, from 8 on the block's coefficients.
        let at: i32 = (1 << 8) | kept;
        while (true) {
          const run = load<u32>(runs + ((<usize>(ahead >>> (64 - runBits))) << 2));
          const next = at + (run & 0xff3f);
          const whole = next < 64 << 8;
          // The block goes on, or ends, with this look.
          if (whole || next >> 8 == 64 || <u32>((next >> 8) - blockEnd) < 64) {
            at = next;
            out = (out << (<u64>run)) | ((ahead >>> <u64>-run) ^ (run >>> 16));
            ahead <<= <u64>run;
            if (!whole) break;
            if ((at & 63) <= most) continue;
          }
          kept = at & 63;
          writeWord(output, out << (64 - kept));
          output += kept >> 3;
          have -= kept - base;
          base = kept & 7;
          ahead |= readWord(input) >>> have;
          input += (63 - have) >> 3;
          have |= 56;
          at = (at & ~63) | base;
          if (whole) continue;
          // Not by a look: a long code, or the block ends within the look.
          entry = load<u16>(acTable + ((<usize>(ahead >>> (64 - lookBits))) << 1));
          if (entry == 0) {
            entry = longCode(acTable, <i32>(ahead >>> 48));
            if (entry == 0) return input - (have >> 3) + 2 > end ? cutShort : badCode;
          }
          size = entry & 15;
          total = (entry >> 8) + size;
          const zeros = (entry >> 4) & 15;
          let k = at >> 8;
          if (size == 0) {
            if (zeros != 0 && zeros != 15) return badCode;
            k = zeros == 0 ? blockEnd : k + 16;
          } else k += zeros + 1;
          if (k > 64 && k != blockEnd) return tooMany;
          out = (out << total) | ((ahead >>> (64 - total)) ^ ((1 << size) - 1));
          ahead <<= total;
          at = (k << 8) | (base + total);
          if (k >= 64) break;
        }
        kept = at & 63;
        writeWord(output, out << (64 - kept));
        output += kept >> 3;
        have -= kept - base;
        kept &= 7;
      }
    }
  }

  // Only the padding may be left: less than a byte, all ones.
  const left = (<i64>end - <i64>input) * 8 + have;
  if (left < 0) return cutShort;
  if (left >= 8) return leftOver;
  if (left > 0 && ahead >>> (64 - left) != (1 << left) - 1) return oddPadding;
  const fill = (8 - (kept & 7)) & 7;
  if (fill > 0) store<u8>(output++, <u8>((out << fill) | ((1 << fill) - 1)));
  result = output;
  return ok;
}
