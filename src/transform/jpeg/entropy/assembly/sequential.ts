// Negates one scan of a sequential JPEG in its entropy-coded data (ITU-T T.81, F.1.2 and F.2.2).
//
// A coefficient is coded as a symbol that says how many bits follow, then these bits; those of -x are those of x
// inverted. So all symbols stay, and only magnitude bits are flipped. One function holds the whole loop, because
// locals are registers and everything else is memory.

import { putIn, stoppedAt, takeOut } from './clean';
import { codeOf, longCode, lookBits, runsAt, tableAt } from './huffman';
import { blockEnd, prepareRuns, runBits } from './runs';
import { badCode, cutShort, leftOver, noCode, noRestart, noRoom, oddPadding, ok, tooMany } from './status';

/** Offset behind the data that were read. */
export let consumed: usize = 0;
/** Offset behind the data that were written. */
export let written: usize = 0;

/** Looks between two refills: they take 12 bits each, and a refill leaves at least 56. */
const looks: i32 = 4;

/** More than a block of 64 coefficients of 31 bits each: what is read and written before its end is checked. */
const overshoot: usize = 1024;

function extend(bits: i32, size: i32): i32 {
  // T.81, figure F.12.
  return size == 0 || bits >= 1 << (size - 1) ? bits : bits - (1 << size) + 1;
}

/** The bytes in the other order, which is that of the bits in a file. */
function turned(word: v128): u64 {
  return v128.extract_lane<u64>(
    v128.shuffle<u8>(word, word, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0),
    0,
  );
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
  let input = from;
  let output = to;
  let restarts: i32 = 0;
  for (let each: i32 = 0; each < count; each++) prepareRuns(load<i32>(components + (each << 4), 4));
  for (let done: i32 = 0; done < mcus; ) {
    const part = interval == 0 || interval > mcus - done ? mcus - done : interval;
    const clean = takeOut(input, end);
    // The new data without stuffing lie at the end of the room for the result, and are moved to its beginning.
    const scratch = limit - (clean - input) - overshoot;
    if (output + 64 > scratch) return noRoom;
    const status = negateInterval(input, clean, scratch, components, count, part);
    if (status != ok) return status;
    output = putIn(scratch, written, output);
    if (output == 0) return noRoom;
    input = stoppedAt;
    done += part;
    if (done < mcus) {
      if (output + 2 > limit) return noRoom;
      if (input + 2 > end || load<u8>(input) != 0xff || load<u8>(input + 1) != 0xd0 + (restarts & 7))
        return noRestart;
      store<u16>(output, load<u16>(input));
      input += 2;
      output += 2;
      restarts++;
    }
  }
  consumed = input;
  written = output;
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

  for (let mcu: i32 = 0; mcu < mcus; mcu++) {
    for (let each: i32 = 0; each < count; each++) {
      const component = components + (each << 4);
      const dcTable = tableAt(load<i32>(component));
      const acTable = tableAt(load<i32>(component, 4));
      const runs = runsAt(load<i32>(component, 4));
      const blocks = load<i32>(component, 8);
      for (let block: i32 = 0; block < blocks; block++) {
        if (input > end + 8) return cutShort;
        ahead |= turned(v128.load_zero<u64>(input)) >>> have;
        input += (63 - have) >> 3;
        have |= 56;
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
        } else {
          out = (out << total) | ((ahead >>> (64 - total)) ^ ((1 << size) - 1));
          kept += total;
        }
        ahead <<= total;
        have -= total;

        let k: i32 = 1;
        do {
          store<u64>(output, turned(v128.splat<u64>(out << (64 - kept))));
          output += kept >> 3;
          kept &= 7;
          ahead |= turned(v128.load_zero<u64>(input)) >>> have;
          input += (63 - have) >> 3;
          have |= 56;
          for (let look: i32 = 0; look < looks; look++) {
            const run = load<u32>(runs + ((<usize>(ahead >>> (64 - runBits))) << 2));
            const next = k + ((run >> 8) & 255);
            if (next >= 64 && next != 64 && <u32>(next - blockEnd) >= 64) {
              // Not by whole runs: a long symbol, or the block ends within them.
              store<u64>(output, turned(v128.splat<u64>(out << (64 - kept))));
              output += kept >> 3;
              kept &= 7;
              ahead |= turned(v128.load_zero<u64>(input)) >>> have;
              input += (63 - have) >> 3;
              have |= 56;
              entry = load<u16>(acTable + ((<usize>(ahead >>> (64 - lookBits))) << 1));
              if (entry == 0) {
                entry = longCode(acTable, <i32>(ahead >>> 48));
                if (entry == 0) return input - (have >> 3) + 2 > end ? cutShort : badCode;
              }
              size = entry & 15;
              total = (entry >> 8) + size;
              const zeros = (entry >> 4) & 15;
              if (size == 0) {
                if (zeros != 0 && zeros != 15) return badCode;
                k = zeros == 0 ? blockEnd : k + 16;
              } else k += zeros + 1;
              if (k > 64 && k != blockEnd) return tooMany;
              out = (out << total) | ((ahead >>> (64 - total)) ^ ((1 << size) - 1));
              kept += total;
              ahead <<= total;
              have -= total;
              break;
            }
            total = run & 31;
            out = (out << total) | ((ahead >>> (64 - total)) ^ (run >> 16));
            kept += total;
            ahead <<= total;
            have -= total;
            k = next;
            if (k >= 64) break;
          }
        } while (k < 64);
        store<u64>(output, turned(v128.splat<u64>(out << (64 - kept))));
        output += kept >> 3;
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
  written = output;
  return ok;
}
