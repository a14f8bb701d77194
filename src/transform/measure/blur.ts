import type { SeenPixels } from './luma.ts';

/** The variance at which `blur` is one half: what is sharp to the eye has some hundreds, what is not has some tens. */
const half = 100;

/**
 * How sharp an image is: the variance of its Laplacian (neighbours left, right, above and below, less four times the
 * pixel) over brightness of 0 to 255, without the outermost pixels. And the same as a number from 0, sharp, to 1,
 * without any detail: 100 / (100 + variance).
 */
export function blurOf({ width, height, luma }: Pick<SeenPixels, 'width' | 'height' | 'luma'>): {
  sharpness: number;
  blur: number;
} {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const value =
        (luma[at - 1] ?? 0) +
        (luma[at + 1] ?? 0) +
        (luma[at - width] ?? 0) +
        (luma[at + width] ?? 0) -
        4 * (luma[at] ?? 0);
      sum += value;
      squares += value * value;
    }
  }
  const count = Math.max(0, width - 2) * Math.max(0, height - 2);
  const variance = count === 0 ? 0 : squares / count - (sum / count) ** 2;
  return { sharpness: rounded(variance, 2), blur: rounded(half / (half + variance), 4) };
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
