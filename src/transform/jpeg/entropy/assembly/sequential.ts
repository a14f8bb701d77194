// Negates one scan of a sequential JPEG in its entropy-coded data (ITU-T T.81, F.1.2 and F.2.2).
//
// A coefficient is coded as a symbol that says how many bits follow, then these bits; those of -x are those of x
// inverted. So all symbols stay, and only magnitude bits are flipped. One function holds the whole loop, because
// locals are registers and everything else is memory.

import { codeOf, longCode, lookBits, tableAt } from './huffman';
import { badCode, cutShort, leftOver, noCode, noRestart, noRoom, oddPadding, ok, tooMany } from './status';

/** Offset behind the data that were read. */
export let consumed: usize = 0;
/** Offset behind the data that were written. */
export let written: usize = 0;

/** A block of 64 coefficients of at most 27 bits, all of them stuffed, and the marker behind it. */
const largestBlock: usize = 64 * 8 + 16;

function has0xff(word: u32): bool {
  const inverse = ~word;
  return ((inverse - 0x01010101) & ~inverse & 0x80808080) != 0;
}

function extend(bits: i32, size: i32): i32 {
  // T.81, figure F.12.
  return size == 0 || bits >= 1 << (size - 1) ? bits : bits - (1 << size) + 1;
}

/**
 * @param from entropy-coded data, up to `end`, where a marker stands or the file ends
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
  // Bits that were read and not yet used, from the top; and how many of them were made up behind the end.
  let ahead: u64 = 0;
  let have: i32 = 0;
  let invented: i32 = 0;
  // Bits that wait to be written, from the bottom.
  let out: u64 = 0;
  let kept: i32 = 0;
  let untilRestart = interval == 0 ? mcus : interval;
  let restarts: i32 = 0;
  let first = true;

  for (let mcu: i32 = 0; mcu < mcus; mcu++) {
    for (let each: i32 = 0; each < count; each++) {
      const component = components + (each << 4);
      const dcTable = tableAt(load<i32>(component));
      const acTable = tableAt(load<i32>(component, 4));
      const blocks = load<i32>(component, 8);
      for (let block: i32 = 0; block < blocks; block++) {
        if (output + largestBlock > limit) return noRoom;
        let table = dcTable;
        let k: i32 = 0;
        do {
          if (have <= 32) {
            const word = input + 4 <= end ? bswap(load<u32>(input)) : 0xffffffff;
            if (!has0xff(word)) {
              ahead |= (<u64>word) << (32 - have);
              input += 4;
              have += 32;
            } else {
              while (have <= 56) {
                let byte: u32 = 0;
                if (input < end) {
                  byte = load<u8>(input);
                  if (byte != 0xff) input++;
                  else if (input + 1 < end && load<u8>(input + 1) == 0) input += 2;
                  else {
                    byte = 0;
                    invented += 8;
                  }
                } else invented += 8;
                ahead |= (<u64>byte) << (56 - have);
                have += 8;
              }
            }
          }
          let entry: i32 = load<u16>(table + ((<usize>(ahead >>> (64 - lookBits))) << 1));
          if (entry == 0) {
            entry = longCode(table, <i32>(ahead >>> 48));
            if (entry == 0) return have <= invented + 16 ? cutShort : badCode;
          }
          const symbol = entry & 255;
          const length = entry >> 8;
          const size = symbol & 15;
          const total = length + size;
          if (k == 0 && first && load<i32>(component, 12) != 0 && block == 0) {
            // The first DC difference of an interval: all others build on it, so it alone carries the shift.
            if (symbol > 11) return badCode;
            const shift = load<i32>(component, 12);
            const bits = <i32>(((ahead << length) >>> 1) >>> (63 - size));
            const value = extend(bits, size);
            let negated = -value - shift;
            let newSize = 32 - clz(negated < 0 ? -negated : negated);
            if (newSize > 11 || codeOf(table, newSize) == 0) {
              // No code: then without the shift, if the way back finds none either.
              const back = value - shift;
              const backSize = 32 - clz(back < 0 ? -back : back);
              if (backSize <= 11 && codeOf(table, backSize) != 0) return noCode;
              negated = -value;
              newSize = size;
            }
            const code = codeOf(table, newSize);
            const newLength = <i32>(code >> 16);
            const magnitude = negated < 0 ? negated + (1 << newSize) - 1 : negated;
            out = (((out << newLength) | (code & 0xffff)) << newSize) | <u64>magnitude;
            kept += newLength + newSize;
            if (newLength == 0) return noCode;
            ahead <<= total;
          } else {
            out = (out << total) | ((ahead >>> (64 - total)) ^ ((1 << size) - 1));
            kept += total;
            ahead <<= total;
          }
          have -= total;
          if (kept >= 32) {
            const word = <u32>(out >>> (kept - 32));
            kept -= 32;
            if (!has0xff(word)) {
              store<u32>(output, bswap(word));
              output += 4;
            } else {
              for (let bit: i32 = 24; bit >= 0; bit -= 8) {
                const byte = (word >>> bit) & 255;
                store<u8>(output++, <u8>byte);
                if (byte == 255) store<u8>(output++, 0);
              }
            }
          }
          if (k == 0) {
            if (symbol > 15) return badCode;
            table = acTable;
            k = 1;
          } else if (size == 0) {
            if (symbol == 0) break;
            if (symbol != 0xf0) return badCode;
            k += 16;
          } else k += (symbol >> 4) + 1;
        } while (k < 64);
        if (k > 64) return tooMany;
        if (have < invented) return cutShort;
      }
    }
    first = false;

    if (--untilRestart == 0 || mcu == mcus - 1) {
      // Only the padding may be left: less than a byte, all ones.
      while (have < 8 + invented && have <= 56 && input < end) {
        const byte: u64 = load<u8>(input);
        if (byte == 0xff) {
          if (input + 1 >= end || load<u8>(input + 1) != 0) break;
          input++;
        }
        input++;
        ahead |= byte << (56 - have);
        have += 8;
      }
      const left = have - invented;
      if (left < 0) return cutShort;
      if (left >= 8) return leftOver;
      if (left > 0 && ahead >>> (64 - left) != (1 << left) - 1) return oddPadding;
      const fill = (8 - (kept & 7)) & 7;
      out = (out << fill) | ((1 << fill) - 1);
      kept += fill;
      while (kept > 0) {
        kept -= 8;
        const byte = <u8>(out >>> kept);
        store<u8>(output++, byte);
        if (byte == 255) store<u8>(output++, 0);
      }
      ahead = 0;
      have = 0;
      invented = 0;
      if (mcu < mcus - 1) {
        if (input + 2 > end || load<u8>(input) != 0xff || load<u8>(input + 1) != 0xd0 + (restarts & 7))
          return noRestart;
        store<u16>(output, load<u16>(input));
        input += 2;
        output += 2;
        restarts++;
        first = true;
        untilRestart = interval;
      }
    }
  }
  consumed = input;
  written = output;
  return ok;
}
