// Reads and writes entropy-coded data bit by bit, for the DC scans of progressive files. State lives in globals, which is
// slower than the locals of sequential.ts and much shorter to write.

import { codeOf, longCode, lookBits } from './huffman';
import { badCode, cutShort, leftOver, noRestart, noRoom, oddPadding, ok } from './status';

let input: usize = 0;
let end: usize = 0;
let ahead: u64 = 0;
let have: i32 = 0;
let invented: i32 = 0;

let output: usize = 0;
let limit: usize = 0;
let out: u64 = 0;
let kept: i32 = 0;

/** Set by the first thing that goes wrong; all that follows is done on zeros, and thrown away. */
export let trouble: i32 = 0;

export function fail(status: i32): void {
  if (trouble == ok) trouble = status;
}

export function openReader(from: usize, to: usize): void {
  input = from;
  end = to;
  ahead = 0;
  have = 0;
  invented = 0;
  trouble = ok;
}

export function openWriter(to: usize, until: usize): void {
  output = to;
  limit = until;
  out = 0;
  kept = 0;
  trouble = ok;
}

export function readerAt(): usize {
  return input;
}

export function writerAt(): usize {
  return output;
}

function refill(): void {
  while (have <= 56) {
    let byte: u64 = 0;
    if (input < end) {
      byte = load<u8>(input);
      if (byte != 0xff) input++;
      else if (input + 1 < end && load<u8>(input + 1) == 0) input += 2;
      else {
        byte = 0;
        invented += 8;
      }
    } else invented += 8;
    ahead |= byte << (56 - have);
    have += 8;
  }
}

function take(count: i32): void {
  ahead <<= count;
  have -= count;
  if (have < invented) fail(cutShort);
}

/** @param count 0 to 16 */
export function readBits(count: i32): i32 {
  if (have < 16) refill();
  const bits = <i32>((ahead >>> 1) >>> (63 - count));
  take(count);
  return bits;
}

/** @returns the symbol; 0 after a failure */
export function readSymbol(table: usize): i32 {
  if (have < 16) refill();
  let entry: i32 = load<u16>(table + ((<usize>(ahead >>> (64 - lookBits))) << 1));
  if (entry == 0) entry = longCode(table, <i32>(ahead >>> 48));
  if (entry == 0) {
    fail(have - 16 < invented ? cutShort : badCode);
    return 0;
  }
  take(entry >> 8);
  return entry & 255;
}

/** @param count 0 to 24 */
export function writeBits(bits: u32, count: i32): void {
  out = (out << count) | bits;
  kept += count;
  if (output + 16 > limit) {
    fail(noRoom);
    kept = 0;
    return;
  }
  while (kept >= 8) {
    kept -= 8;
    const byte = <u8>(out >>> kept);
    store<u8>(output++, byte);
    if (byte == 255) store<u8>(output++, 0);
  }
}

/** @returns false when the table has no code for it */
export function writeSymbol(table: usize, symbol: i32): bool {
  const code = codeOf(table, symbol);
  writeBits(code & 0xffff, <i32>(code >> 16));
  return code != 0;
}

/** The end of an interval: what is left in the last byte must be ones (T.81, F.1.2.3). */
export function endReading(): void {
  if (have < 8 + invented) refill();
  const left = have - invented;
  if (left < 0) fail(cutShort);
  else if (left >= 8) fail(leftOver);
  else if (left > 0 && ahead >>> (64 - left) != (1 << left) - 1) fail(oddPadding);
  ahead = 0;
  have = 0;
  invented = 0;
}

export function endWriting(): void {
  const fill = (8 - (kept & 7)) & 7;
  writeBits((1 << fill) - 1, fill);
}

/** @param number of the restart, from 0 */
export function readRestart(number: i32): void {
  if (input + 2 > end || load<u8>(input) != 0xff || load<u8>(input + 1) != 0xd0 + (number & 7))
    fail(noRestart);
  input += 2;
}

export function writeRestart(number: i32): void {
  if (output + 16 > limit) return fail(noRoom);
  store<u8>(output++, 0xff);
  store<u8>(output++, <u8>(0xd0 + (number & 7)));
}
