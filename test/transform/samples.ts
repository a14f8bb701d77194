/** Reading pixels back as they are stored, and comparing them. */
import sharp from 'sharp';

export interface Samples {
  readonly values: Uint8Array | Uint16Array;
  readonly channels: number;
  readonly max: 255 | 65535;
  readonly hasAlpha: boolean;
  readonly space: string;
  readonly width: number;
  readonly height: number;
}

/** Every sample of one page, or of all frames of an animation below each other; no profile applied. */
export async function samples(
  bytes: Uint8Array,
  options: { page?: number; pages?: number } = {},
): Promise<Samples> {
  const open = () => sharp(bytes, { ...options, ignoreIcc: true, failOn: 'warning' });
  const metadata = await open().metadata();
  const space = metadata.space;
  let image = open().toColourspace(space);
  if (space === 'cmyk') image = image.pipelineColourspace('cmyk');
  const wide = metadata.depth === 'ushort';
  // Raw output has no grey with alpha, so its channels are read one by one.
  const channels = metadata.channels;
  const { data, info } =
    channels === 2
      ? await greyAlpha(bytes, options, wide)
      : await image.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  const copy = Uint8Array.from(data);
  return {
    values: wide ? new Uint16Array(copy.buffer) : copy,
    channels,
    max: wide ? 65535 : 255,
    hasAlpha: metadata.hasAlpha,
    space,
    width: info.width,
    height: info.height,
  };
}

async function greyAlpha(bytes: Uint8Array, options: { page?: number }, wide: boolean) {
  const planes = await Promise.all(
    [0, 1].map((channel) =>
      sharp(bytes, { ...options, ignoreIcc: true })
        .toColourspace(wide ? 'grey16' : 'b-w')
        .extractChannel(channel === 0 ? 0 : 1)
        .toColourspace(wide ? 'grey16' : 'b-w')
        .raw({ depth: wide ? 'ushort' : 'uchar' })
        .toBuffer({ resolveWithObject: true }),
    ),
  );
  const [grey, alpha] = planes;
  if (grey === undefined || alpha === undefined) throw new Error('no planes');
  const size = wide ? 2 : 1;
  const data = Buffer.alloc(grey.data.length * 2);
  for (let at = 0; at < grey.data.length; at += size) {
    grey.data.copy(data, at * 2, at, at + size);
    alpha.data.copy(data, at * 2 + size, at, at + size);
  }
  return { data, info: grey.info };
}

export interface Difference {
  readonly max: number;
  readonly mean: number;
}

/**
 * How far `negated` is from the exact negation of `source`: colours inverted, transparency as it was. Colours that
 * nobody sees (alpha 0) count too, unless they are `hidden`: a GIF's reader makes them black.
 */
export function negationError(source: Samples, negated: Samples, hidden = false): Difference {
  return difference(source, negated, true, hidden);
}

export function difference(one: Samples, other: Samples, negate = false, hidden = false): Difference {
  if (one.values.length !== other.values.length || one.channels !== other.channels || one.max !== other.max) {
    throw new Error(
      `not alike: ${one.width} × ${one.height}, ${one.channels} channels to ${one.max} of ${one.space} and ` +
        `${other.width} × ${other.height}, ${other.channels} channels to ${other.max} of ${other.space}`,
    );
  }
  let max = 0;
  let sum = 0;
  for (let at = 0; at < one.values.length; at++) {
    const alpha = one.hasAlpha && at % one.channels === one.channels - 1;
    if (hidden && one.hasAlpha && one.values[at - (at % one.channels) + one.channels - 1] === 0 && !alpha)
      continue;
    const value = one.values[at] ?? 0;
    const error = Math.abs((negate && !alpha ? one.max - value : value) - (other.values[at] ?? 0));
    max = Math.max(max, error);
    sum += error;
  }
  return { max, mean: sum / one.values.length };
}
