/** Samples as differences: TIFF 6.0, section 14, and Adobe Photoshop TIFF Technical Note 3 for floating-point numbers. */

/** What a row consists of. */
export interface RowShape {
  /** Samples of a row. */
  readonly samples: number;
  /** Samples from one pixel to the next in it. */
  readonly step: number;
  /** Of a sample. */
  readonly bytes: 1 | 2 | 4 | 8;
}

type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** The bytes as numbers of this machine, which is little-endian as everything that Node runs on. Copies where they lie at an odd place. */
function aligned(data: Buffer, bytes: number): Buffer {
  return data.byteOffset % bytes === 0 ? data : Buffer.from(new Uint8Array(data).buffer);
}

function numbers(data: Buffer, bytes: 1 | 2 | 4): Numbers {
  if (bytes === 1) return data;
  if (bytes === 2) return new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
}

/** Sums up each row's differences. May change what it is given. */
export function undoDifferences(packed: Buffer, { samples, step, bytes }: RowShape): Buffer {
  const data = aligned(packed, bytes);
  if (bytes === 8) {
    const values = new BigUint64Array(data.buffer, data.byteOffset, data.length / 8);
    for (let row = 0; row < values.length; row += samples)
      for (let at = row + step; at < row + samples; at++)
        values[at] = (values[at] ?? 0n) + (values[at - step] ?? 0n);
    return data;
  }
  const values = numbers(data, bytes);
  for (let row = 0; row < values.length; row += samples)
    for (let at = row + step; at < row + samples; at++)
      values[at] = (values[at] ?? 0) + (values[at - step] ?? 0);
  return data;
}

/** Makes differences of each row's samples. May change what it is given. */
export function makeDifferences(plain: Buffer, { samples, step, bytes }: RowShape): Buffer {
  const data = aligned(plain, bytes);
  if (bytes === 8) {
    const values = new BigUint64Array(data.buffer, data.byteOffset, data.length / 8);
    for (let row = 0; row < values.length; row += samples)
      for (let at = row + samples - 1; at >= row + step; at--)
        values[at] = (values[at] ?? 0n) - (values[at - step] ?? 0n);
    return data;
  }
  const values = numbers(data, bytes);
  for (let row = 0; row < values.length; row += samples)
    for (let at = row + samples - 1; at >= row + step; at--)
      values[at] = (values[at] ?? 0) - (values[at - step] ?? 0);
  return data;
}

/** A row's bytes lie by their weight, the heaviest of all samples first, as differences. */
export function undoFloat(packed: Buffer, { samples, step, bytes }: RowShape): Buffer {
  const row = samples * bytes;
  const out = Buffer.allocUnsafe(packed.length);
  const summed = new Uint8Array(row);
  for (let start = 0; start < packed.length; start += row) {
    for (let at = 0; at < row; at++)
      summed[at] = (packed[start + at] ?? 0) + (at < step ? 0 : (summed[at - step] ?? 0));
    for (let sample = 0; sample < samples; sample++)
      for (let byte = 0; byte < bytes; byte++)
        out[start + sample * bytes + byte] = summed[(bytes - 1 - byte) * samples + sample] ?? 0;
  }
  return out;
}

export function makeFloat(plain: Buffer, { samples, step, bytes }: RowShape): Buffer {
  const row = samples * bytes;
  const out = Buffer.allocUnsafe(plain.length);
  const sorted = new Uint8Array(row);
  for (let start = 0; start < plain.length; start += row) {
    for (let sample = 0; sample < samples; sample++)
      for (let byte = 0; byte < bytes; byte++)
        sorted[(bytes - 1 - byte) * samples + sample] = plain[start + sample * bytes + byte] ?? 0;
    for (let at = 0; at < row; at++)
      out[start + at] = (sorted[at] ?? 0) - (at < step ? 0 : (sorted[at - step] ?? 0));
  }
  return out;
}
