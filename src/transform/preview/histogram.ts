import type { Histogram } from '../../image/preview.ts';

/** Counts the values of each channel; of a pixel that is fully transparent, none: nobody sees its colour. */
export function histogramOf(pixels: Uint8Array, channels: number): Histogram {
  const colours = channels < 3 ? 1 : 3;
  const alpha = channels > colours ? colours : undefined;
  const counts = Array.from({ length: colours }, () => new Uint32Array(256));
  for (let at = 0; at + channels <= pixels.length; at += channels) {
    if (alpha !== undefined && pixels[at + alpha] === 0) continue;
    for (let channel = 0; channel < colours; channel++) {
      const bins = counts[channel];
      const value = pixels[at + channel];
      if (bins !== undefined && value !== undefined) bins[value] = (bins[value] ?? 0) + 1;
    }
  }
  const [first = new Uint32Array(256), second, third] = counts.map((bins) => [...bins]);
  if (second === undefined || third === undefined) return { grey: [...first] };
  return { r: [...first], g: second, b: third };
}
