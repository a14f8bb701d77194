/** Light as floating-point numbers, made samples that a picture has. */

/** What each floating-point number of 16 bits stands for (IEEE 754, binary16). */
export const halves: Float32Array = Float32Array.from({ length: 65_536 }, (_, bits) => {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1_023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1_024) * 2 ** (exponent - 15);
});

/** Samples of sRGB's curve (IEC 61966-2-1) in 16 bits; what is no number is black. */
function curved(light: number): number {
  if (!(light > 0)) return 0;
  if (light >= 1) return 65_535;
  const value = light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(value * 65_535);
}

/**
 * Samples of 16 bits, little-endian.
 * @param light row by row; with 2 or 4 channels the last one is how opaque a pixel is, by which its colours are multiplied
 */
export function shownLight(light: Float32Array, channels: 1 | 2 | 3 | 4): Buffer {
  const data = Buffer.allocUnsafe(light.length * 2);
  const alphaAt = channels % 2 === 0 ? channels - 1 : -1;
  for (let at = 0; at < light.length; at++) {
    const channel = at % channels;
    const value = light[at] ?? 0;
    if (channel === alphaAt) {
      data.writeUInt16LE(Math.round(Math.min(1, Math.max(0, value || 0)) * 65_535), at * 2);
      continue;
    }
    const alpha = alphaAt < 0 ? 1 : (light[at - channel + alphaAt] ?? 1);
    data.writeUInt16LE(curved(alpha > 0 && alpha < 1 ? value / alpha : value), at * 2);
  }
  return data;
}
