// The DC scans of a progressive JPEG (ITU-T T.81, G.1.2.1 and G.2.1): read into memory, negated there, and written again.
// They cannot be negated where they stand: a first scan holds the values without their low bits, and of these -x has
// others than x.

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
import { badCode, noCode } from './status';

/** Reads; or counts which symbols a table would have to code; or writes. */
const reading: i32 = 0;
const counting: i32 = 1;
const writing: i32 = 2;

/** Of a DC value, which 11 bits hold in sound files. */
const largest: i32 = 16384;

/** The previous value of up to four components. */
const previous = memory.data(16);

/**
 * Goes through one DC scan.
 *
 * @param from (or to) entropy-coded data; `until` bounds them
 * @param components for each component of the scan seven i32: table, blocks of an MCU across, down, address of the
 *   values (i16 a block), blocks a row in memory, counts of the symbols as they are (address of 16 u32), unused
 * @param high 0 for a first scan, else a refinement
 * @param low the bit that this scan ends at (Al)
 */
export function dcScan(
  mode: i32,
  from: usize,
  until: usize,
  components: usize,
  count: i32,
  across: i32,
  mcus: i32,
  interval: i32,
  high: i32,
  low: i32,
): i32 {
  if (mode == reading) openReader(from, until);
  if (mode == writing) openWriter(from, until);
  let untilRestart = interval == 0 ? mcus : interval;
  let restarts: i32 = 0;
  memory.fill(previous, 0, 16);
  for (let mcu: i32 = 0; mcu < mcus && trouble == 0; mcu++) {
    const column = mcu % across;
    const row = mcu / across;
    for (let each: i32 = 0; each < count; each++) {
      const component = components + each * 28;
      const wide = load<i32>(component, 4);
      const tall = load<i32>(component, 8);
      for (let down: i32 = 0; down < tall; down++) {
        for (let right: i32 = 0; right < wide; right++) {
          const block = (row * tall + down) * load<i32>(component, 16) + column * wide + right;
          const place = <usize>load<i32>(component, 12) + ((<usize>block) << 1);
          if (high == 0) firstBits(mode, component, previous + (each << 2), place, low);
          else if (mode == reading) store<i16>(place, load<i16>(place) | <i16>(readBits(1) << low));
          else if (mode == writing) writeBits((<u32>load<i16>(place) >>> low) & 1, 1);
        }
      }
    }
    if (--untilRestart == 0 || mcu == mcus - 1) {
      if (mode == reading) endReading();
      if (mode == writing) endWriting();
      if (mcu < mcus - 1) {
        if (mode == reading) readRestart(restarts);
        if (mode == writing) writeRestart(restarts);
        restarts++;
        untilRestart = interval;
        memory.fill(previous, 0, 16);
      }
    }
  }
  return trouble;
}

function firstBits(mode: i32, component: usize, before: usize, place: usize, low: i32): void {
  const table = tableAt(load<i32>(component));
  if (mode == reading) {
    const size = readSymbol(table);
    if (size > 11) return fail(badCode);
    const bits = readBits(size);
    const difference = size == 0 || bits >= 1 << (size - 1) ? bits : bits - (1 << size) + 1;
    const value = load<i32>(before) + difference;
    // What fits in memory, negated and moved too; pictures of 8 bits have no such values.
    if (value << low > largest || value << low < -largest) return fail(badCode);
    store<i32>(before, value);
    store<i16>(place, <i16>(value << low));
    tally(component, size);
    return;
  }
  const value = <i32>load<i16>(place) >> low;
  const difference = value - load<i32>(before);
  store<i32>(before, value);
  const size = 32 - clz(difference < 0 ? -difference : difference);
  if (size > 11) return fail(noCode);
  if (mode == counting) return tally(component, size);
  if (!writeSymbol(table, size)) return fail(noCode);
  writeBits(difference < 0 ? difference + (1 << size) - 1 : difference, size);
}

function tally(component: usize, symbol: i32): void {
  const place = <usize>load<i32>(component, 20) + ((<usize>symbol) << 2);
  store<u32>(place, load<u32>(place) + 1);
}

/** Turns each value x into -x - shift. */
export function negateValues(values: usize, count: i32, shift: i32): void {
  for (let index: i32 = 0; index < count; index++) {
    const place = values + ((<usize>index) << 1);
    store<i16>(place, <i16>(-load<i16>(place) - shift));
  }
}
