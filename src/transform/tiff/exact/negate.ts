import { impossible } from '../../refusal.ts';
import type { Raster } from './raster.ts';
import type { PixelKind } from './write.ts';

/**
 * Integers without a sign: the largest that so many bits hold, less the sample. It is each bit's opposite, and so the same in any
 * number of bytes; for L*a*b* too it mirrors lightness, and a* and b*, signed or not (a* becomes −1 − a*).
 * Floating-point numbers from 0 to 1: 1 less the sample; what is no number stays none.
 * @param alpha whether transparency is negated too
 * @throws KuvaError `step-impossible` where floating-point numbers lie beyond, naming the range
 */
export function negated(raster: Raster, kind: PixelKind, alpha: boolean): Raster {
  const colours = kind.alpha === 'none' || alpha ? kind.channels : kind.channels - 1;
  const data = Buffer.from(new Uint8Array(raster.data).buffer);
  if (kind.kind === 'float') {
    const values =
      kind.bytes === 8
        ? new Float64Array(data.buffer, 0, data.length / 8)
        : new Float32Array(data.buffer, 0, data.length / 4);
    refuseBeyond(values, kind.channels, colours);
    for (let at = 0; at < values.length; at++)
      if (at % kind.channels < colours) values[at] = 1 - (values[at] ?? 0);
  } else {
    const [pixel, changed] = [kind.channels * kind.bytes, colours * kind.bytes];
    for (let at = 0; at < data.length; at++) if (at % pixel < changed) data[at] = 255 - (data[at] ?? 0);
  }
  return { ...raster, data };
}

function refuseBeyond(values: Float32Array | Float64Array, channels: number, colours: number): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < values.length; at++) {
    if (at % channels >= colours) continue;
    const value = values[at] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least >= 0 && most <= 1) return;
  // All of them are none.
  if (least > most) return;
  throw impossible(
    `The floating-point samples of the image go from ${shown(least)} to ${shown(most)}, and negation (1 − x) has a meaning from 0 to 1`,
    'Scale them to 0…1 before they come, or say what is white in a step of your own: docs/steps.md.',
  );
}

const shown = (value: number): string => String(Number(value.toPrecision(7)));
