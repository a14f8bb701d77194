/** LZW as TIFF has it (TIFF 6.0, section 13): codes of 9 to 12 bits, the highest bit first, wider one code early. */
import { damaged } from '../../refusal.ts';

const clear = 256;
const end = 257;
const firstFree = 258;
const mostCodes = 4_096;

/**
 * @param size bytes that must come out; more are left aside
 * @throws KuvaError `image-damaged`
 */
export function unpackLzw(data: Buffer, size: number): Buffer {
  const out = Buffer.allocUnsafe(size);
  // Each code stands for bytes that were written already: where, and how many.
  const starts = new Uint32Array(mostCodes);
  const lengths = new Uint32Array(mostCodes);
  let [made, next, width, bits, buffer, at] = [0, firstFree, 9, 0, 0, 0];
  let previous: { start: number; length: number } | undefined;
  while (made < size) {
    while (bits < width) {
      if (at >= data.length) throw corrupt();
      buffer = ((buffer << 8) | (data[at++] ?? 0)) & 0xff_ffff;
      bits += 8;
    }
    bits -= width;
    const code = (buffer >>> bits) & ((1 << width) - 1);
    if (code === end) break;
    if (code === clear) {
      [next, width, previous] = [firstFree, 9, undefined];
      continue;
    }
    if (code > next || (code === next && previous === undefined)) throw corrupt();
    const start = made;
    if (code < clear) out[made++] = code;
    else {
      const from = code === next ? (previous?.start ?? 0) : (starts[code] ?? 0);
      const length = code === next ? (previous?.length ?? 0) + 1 : (lengths[code] ?? 0);
      // It may lie over what it writes: byte by byte.
      for (let byte = 0; byte < length && made < size; byte++) out[made++] = out[from + byte] ?? 0;
    }
    if (previous !== undefined && next < mostCodes) {
      starts[next] = previous.start;
      lengths[next] = previous.length + 1;
      next++;
    }
    if (next + 1 >= 1 << width && width < 12) width++;
    previous = { start, length: made - start };
  }
  if (made < size) throw corrupt();
  return out;
}

function corrupt() {
  return damaged('The TIFF is corrupt: its pixels cannot be unpacked (LZW)');
}

export function packLzw(data: Buffer): Buffer {
  const out = new Bits(data.length + (data.length >> 1) + 16);
  // By the code so far and the byte that follows: twice as many places as there are codes at the most.
  const keys = new Int32Array(places).fill(-1);
  const codes = new Uint16Array(places);
  let [next, width] = [firstFree, 9];
  out.put(clear, width);
  let prefix = data[0] ?? 0;
  for (let at = 1; at < data.length; at++) {
    const byte = data[at] ?? 0;
    const key: number = (prefix << 8) | byte;
    let place: number = (key * 40_503) & (places - 1);
    while (keys[place] !== -1 && keys[place] !== key) place = (place + 1) & (places - 1);
    if (keys[place] === key) {
      prefix = codes[place] ?? 0;
      continue;
    }
    out.put(prefix, width);
    keys[place] = key;
    codes[place] = next++;
    if (next === mostCodes - 2) {
      out.put(clear, width);
      keys.fill(-1);
      [next, width] = [firstFree, 9];
    } else if (next === 1 << width) width++;
    prefix = byte;
  }
  out.put(prefix, width);
  // The reader adds a code for this one, too.
  if (next + 1 === 1 << width && width < 12) width++;
  out.put(end, width);
  return out.bytes();
}

const places = 16_384;

class Bits {
  private buffer: Buffer;
  private length = 0;
  private held = 0;
  private count = 0;

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(size);
  }

  put(code: number, width: number): void {
    this.held = ((this.held << width) | code) & 0xff_ffff;
    this.count += width;
    while (this.count >= 8) {
      this.count -= 8;
      this.byte(this.held >>> this.count);
    }
  }

  bytes(): Buffer {
    if (this.count > 0) this.byte(this.held << (8 - this.count));
    return this.buffer.subarray(0, this.length);
  }

  private byte(value: number): void {
    if (this.length === this.buffer.length)
      this.buffer = Buffer.concat([this.buffer, Buffer.allocUnsafe(this.length + 16)]);
    this.buffer[this.length++] = value & 255;
  }
}
