/**
 * Hashes of what a picture looks like: 64 bits, written as 16 hexadecimal digits, the first bit the most significant.
 * Both are of brightness, reduced by averaging, and so hardly change with size, format and compression.
 */
import type { SeenPixels } from './luma.ts';

type Grey = Pick<SeenPixels, 'width' | 'height' | 'luma'>;

/** dHash: of a picture of 9 × 8, row by row, whether a pixel is darker than its right neighbour. */
export function dHash(image: Grey): string {
  const small = averaged(image, 9, 8);
  const bits: boolean[] = [];
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) bits.push((small[y * 9 + x] ?? 0) < (small[y * 9 + x + 1] ?? 0));
  }
  return hexOf(bits);
}

/**
 * pHash: of a picture of 32 × 32 the discrete cosine transform (DCT-II), of that the 8 × 8 lowest frequencies, row by
 * row, and whether each is above their median. (The first, which is the mean, is left out of the median.)
 */
export function pHash(image: Grey): string {
  const size = 32;
  const small = averaged(image, size, size);
  const frequencies: number[] = [];
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let y = 0; y < size; y++) {
        const down = cosine(v, y, size);
        for (let x = 0; x < size; x++) sum += (small[y * size + x] ?? 0) * cosine(u, x, size) * down;
      }
      // What is nothing but rounding must not decide a bit.
      frequencies.push(Math.abs(sum) < 1e-6 ? 0 : sum);
    }
  }
  const sorted = frequencies.slice(1).toSorted((a, b) => a - b);
  const median = sorted[31] ?? 0;
  return hexOf(frequencies.map((frequency) => frequency > median));
}

const cosine = (frequency: number, at: number, size: number): number =>
  Math.cos(((2 * at + 1) * frequency * Math.PI) / (2 * size));

/** Means of the areas that the pixels of a smaller picture cover; edges count in part. */
function averaged({ width, height, luma }: Grey, across: number, down: number): Float64Array {
  const rows = new Float64Array(across * height);
  for (let x = 0; x < across; x++) {
    const parts = cover(x, across, width);
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (const [at, part] of parts) sum += (luma[y * width + at] ?? 0) * part;
      rows[y * across + x] = sum;
    }
  }
  const small = new Float64Array(across * down);
  for (let y = 0; y < down; y++) {
    const parts = cover(y, down, height);
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (const [at, part] of parts) sum += (rows[at * across + x] ?? 0) * part;
      small[y * across + x] = sum;
    }
  }
  return small;
}

/** Which of `from` pixels lie under pixel `at` of `to`, and with which weight. The weights add up to 1. */
function cover(at: number, to: number, from: number): [number, number][] {
  const [begin, end] = [(at * from) / to, ((at + 1) * from) / to];
  const parts: [number, number][] = [];
  for (let pixel = Math.floor(begin); pixel < Math.min(from, Math.ceil(end)); pixel++) {
    const part = Math.min(end, pixel + 1) - Math.max(begin, pixel);
    if (part > 0) parts.push([pixel, part / (end - begin)]);
  }
  return parts;
}

function hexOf(bits: readonly boolean[]): string {
  const value = bits.reduce((sum, bit) => sum * 2n + (bit ? 1n : 0n), 0n);
  return value.toString(16).padStart(16, '0');
}
