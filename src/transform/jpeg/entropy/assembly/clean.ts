// Takes the zeros behind 0xff bytes out of entropy-coded data, and puts them in again (ITU-T T.81, B.1.1.5), 16 bytes at a
// time: one in 256 bytes is 0xff. Between these two nobody has to look for them.

/** Offset of the marker, or of the file's end, at which `takeOut` stopped. */
export let stoppedAt: usize = 0;

/**
 * In place: what is left is shorter.
 * @returns where the data end now
 */
export function takeOut(from: usize, end: usize): usize {
  const marks = i8x16.splat(-1);
  let input = from;
  let output = from;
  let stuffed = false;
  do {
    while (input + 16 <= end) {
      const bytes = v128.load(input);
      const found = i8x16.bitmask(i8x16.eq(bytes, marks));
      if (found == 0) {
        v128.store(output, bytes);
        input += 16;
        output += 16;
      } else {
        const until = input + ctz(found);
        while (input < until) store<u8>(output++, load<u8>(input++));
        break;
      }
    }
    while (input < end && load<u8>(input) != 0xff) store<u8>(output++, load<u8>(input++));
    stuffed = input + 1 < end && load<u8>(input + 1) == 0;
    if (stuffed) {
      store<u8>(output++, 0xff);
      input += 2;
    }
  } while (stuffed);
  stoppedAt = input;
  return output;
}

/**
 * @param to lies before `from`, as far as there will be zeros, and a little more
 * @returns where the result ends; 0 when it would reach what is still to be read
 */
export function putIn(from: usize, end: usize, to: usize): usize {
  const marks = i8x16.splat(-1);
  let input = from;
  let output = to;
  while (input < end) {
    // A piece can double.
    if (output + 32 > input) return 0;
    const bytes = v128.load(input);
    const found = i8x16.bitmask(i8x16.eq(bytes, marks));
    if (found == 0 && input + 16 <= end) {
      v128.store(output, bytes);
      input += 16;
      output += 16;
      continue;
    }
    const until = input + 16 <= end ? input + 16 : end;
    while (input < until) {
      const byte = load<u8>(input++);
      store<u8>(output++, byte);
      if (byte == 0xff) store<u8>(output++, 0);
    }
  }
  return output;
}
