// What lies between two restart markers, one after the other: without the zeros that stuff 0xff bytes while it is worked on,
// and with those of the result in its place (ITU-T T.81, B.1.1.5 and E.1.4).

import { putIn, stoppedAt, takeOut } from './clean';
import { noRestart, noRoom, ok } from './status';

/** Offset behind the data that were read. */
export let consumed: usize = 0;
/** Offset behind the data that were written. */
export let written: usize = 0;

/** Where the interval's data end now. They begin at `consumed`. */
export let clean: usize = 0;
/**
 * Room for its result, without stuffing: at the end of the room for the scan, from where it is moved to the beginning.
 */
export let scratch: usize = 0;

let end: usize = 0;
let limit: usize = 0;
let restarts: i32 = 0;

/** What is read and written behind an interval before its end is checked: more than any block takes. */
const overshoot: usize = 1024;

/** @param from entropy-coded data, up to `until`, where a marker stands or the file ends; they are changed */
export function openScan(from: usize, until: usize, to: usize, room: usize): void {
  consumed = from;
  end = until;
  written = to;
  limit = room;
  restarts = 0;
}

export function openInterval(): i32 {
  clean = takeOut(consumed, end);
  scratch = limit - (clean - consumed) - overshoot;
  return written + 64 > scratch ? noRoom : ok;
}

/**
 * @param result where the result in `scratch` ends
 * @param last no restart marker follows
 */
export function closeInterval(result: usize, last: bool): i32 {
  written = putIn(scratch, result, written);
  if (written == 0) return noRoom;
  consumed = stoppedAt;
  if (last) return ok;
  if (written + 2 > limit) return noRoom;
  if (consumed + 2 > end || load<u8>(consumed) != 0xff || load<u8>(consumed + 1) != 0xd0 + (restarts & 7))
    return noRestart;
  store<u16>(written, load<u16>(consumed));
  consumed += 2;
  written += 2;
  restarts++;
  return ok;
}
