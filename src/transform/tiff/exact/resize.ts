import type { StepOf } from '../../../image/steps.ts';
import { openImage } from '../../libvips.ts';
import { resizing } from '../../steps/resize.ts';
import type { TimeBudget } from '../../time.ts';
import { translated } from '../../translation.ts';
import type { Raster } from './raster.ts';
import { writeRaster } from './write.ts';

/** How libvips is handed a channel, which it keeps as it is: a grey TIFF of floating-point numbers. */
const grey = {
  kind: 'float',
  bytes: 4,
  photometric: 1,
  channels: 1,
  alpha: 'none',
  orientation: 1,
} as const;
const plain = { packing: 'none', predictor: 1, tile: undefined, planes: false } as const;

/**
 * Floating-point numbers of 32 bits, resized by libvips as such, channel by channel: nothing is cut off or rounded to fewer bits.
 * @throws KuvaError `transform-failed`, `transform-timeout`
 */
export async function resizedFloat(
  { width, height, data }: Raster,
  channels: number,
  step: StepOf<'resize'>,
  time: TimeBudget,
): Promise<Raster> {
  const samples = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  let whole: { width: number; height: number; values: Float32Array } | undefined;
  for (let channel = 0; channel < channels; channel++) {
    const plane = Float32Array.from(
      { length: width * height },
      (_, at) => samples[at * channels + channel] ?? 0,
    );
    const file = writeRaster({ width, height, data: Buffer.from(plane.buffer) }, grey, plain);
    try {
      const { data: made, info } = await resizing(openImage(file, { ignoreIcc: true }), step)
        .toColourspace('b-w')
        .timeout({ seconds: time.secondsLeft() })
        .raw({ depth: 'float' })
        .toBuffer({ resolveWithObject: true });
      const values = new Float32Array(new Uint8Array(made).buffer);
      whole ??= {
        width: info.width,
        height: info.height,
        values: new Float32Array(values.length * channels),
      };
      for (let at = 0; at < values.length; at++) whole.values[at * channels + channel] = values[at] ?? 0;
    } catch (thrown) {
      throw translated(thrown, 'transform-failed');
    }
  }
  if (whole === undefined) throw new RangeError('a picture without channels');
  return { width: whole.width, height: whole.height, data: Buffer.from(whole.values.buffer) };
}
