import type { SeenPixels } from './luma.ts';

/** Shades a channel that colours are counted in. */
const shades = 16;

/** The mean of the most common of 4,096 colours (16 shades of each channel), as `#rrggbb`; of equally common ones, the darkest. */
export function dominantColour({ data, channels }: Pick<SeenPixels, 'data' | 'channels'>): string {
  const counts = new Uint32Array(shades ** 3);
  const sums = new Float64Array(shades ** 3 * 3);
  for (let at = 0; at + channels <= data.length; at += channels) {
    const r = data[at] ?? 0;
    const g = channels === 1 ? r : (data[at + 1] ?? 0);
    const b = channels === 1 ? r : (data[at + 2] ?? 0);
    const bin = ((r >> 4) * shades + (g >> 4)) * shades + (b >> 4);
    counts[bin] = (counts[bin] ?? 0) + 1;
    sums[bin * 3] = (sums[bin * 3] ?? 0) + r;
    sums[bin * 3 + 1] = (sums[bin * 3 + 1] ?? 0) + g;
    sums[bin * 3 + 2] = (sums[bin * 3 + 2] ?? 0) + b;
  }
  let most = 0;
  counts.forEach((count, bin) => {
    if (count > (counts[most] ?? 0)) most = bin;
  });
  const count = Math.max(1, counts[most] ?? 1);
  const hex = [0, 1, 2].map((channel) =>
    Math.round((sums[most * 3 + channel] ?? 0) / count)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${hex.join('')}`;
}
