/** Animations: taken apart into frames, and put together again. */
import { deflateSync } from 'node:zlib';
import type { Metadata } from 'sharp';
import type { Encoding } from './encoding.ts';
import type { Frame } from './frame.ts';
import { openImage } from './libvips.ts';
import { type PassContext, runPass } from './passes.ts';
import { pngChunk } from './png/chunks.ts';
import { impossible } from './refusal.ts';
import { translated } from './translation.ts';

/** Bytes of a PNG's signature and header chunk, behind which a profile belongs. */
const behindHeader = 33;

/**
 * Decodes all frames at once (each one builds on the one before) and yields them as single pictures.
 * @throws KuvaError `image-damaged`
 */
export async function* animationFrames(
  bytes: Buffer,
  metadata: Metadata,
  context: PassContext,
): AsyncGenerator<Frame> {
  const { time } = context;
  time.check();
  const { data, info } = await openImage(bytes, { pages: -1, ignoreIcc: true })
    .toColourspace('srgb')
    .timeout({ seconds: time.secondsLeft() })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((thrown: unknown) => {
      throw translated(thrown, 'image-damaged');
    });
  const { width, channels } = info;
  const height = info.pageHeight ?? info.height;
  const size = width * height * channels;
  for (let start = 0; start + size <= data.length; start += size) {
    const raw = { width, height, channels };
    const frame: Frame = {
      bytes: await openImage(data.subarray(start, start + size), { raw })
        .png({ compressionLevel: 0, adaptiveFiltering: false })
        .toBuffer(),
      width,
      height,
      model: 'srgb',
      hasAlpha: channels === 4,
      hasProfile: false,
      orientation: 1,
      resolution: undefined,
    };
    yield metadata.icc === undefined ? frame : withProfile(frame, metadata.icc);
  }
}

function withProfile(frame: Frame, icc: Buffer): Frame {
  const profile = pngChunk(
    'iCCP',
    Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(icc, { level: 1 })]),
  );
  const { bytes } = frame;
  return {
    ...frame,
    bytes: Buffer.concat([bytes.subarray(0, behindHeader), profile, bytes.subarray(behindHeader)]),
    hasProfile: true,
  };
}

/** Milliseconds a frame, where the source has no times of its own (a TIFF's pages). */
const pause = 100;

/** Milliseconds for which a frame may be shown in what is written. Source: sharp's documentation, `delay` of GIF and WebP output. */
const longestPause = 65_535;

/**
 * Encodes frames as one animation, with the source's times and loops.
 * @throws KuvaError `step-impossible` when the frames have become of different sizes, or one is shown for longer than can be written
 */
export async function joinFrames(
  frames: readonly Frame[],
  encoding: Encoding,
  metadata: Metadata,
  context: PassContext,
): Promise<Frame> {
  const [first] = frames;
  if (first === undefined) throw new RangeError('an animation without frames');
  const odd = frames.find(({ width, height }) => width !== first.width || height !== first.height);
  if (odd !== undefined) {
    throw impossible(
      `The frames of an animation must have one size, and these have ${first.width} × ${first.height} and ${odd.width} × ${odd.height} pixels`,
      'Leave out steps whose result depends on the picture, such as trim; or convert to tiff.',
    );
  }
  if (frames.length === 1) {
    const ending = { ...encoding, keepMetadata: false, applyProfile: false };
    return runPass(first, [], ending, context, false);
  }
  const delay = frames.map((_, index) => metadata.delay?.[index] ?? pause);
  const longest = Math.max(...delay);
  if (longest > longestPause) {
    throw impossible(
      `A frame of the animation is shown for ${(longest / 1_000).toFixed(1)} s, and 65.5 s is the longest that can be written`,
      'Show it for a shorter time; or convert to tiff, which keeps the frames and no times.',
    );
  }
  try {
    const joined = openImage(
      frames.map(({ bytes }) => bytes),
      { join: { animated: true, across: 1 }, ignoreIcc: true },
    ).timeout({ seconds: context.time.secondsLeft() });
    const { data, info } = await encoding
      .write(joined, first)
      .toFormat(encoding.format, { delay, loop: metadata.loop ?? 0 })
      .toBuffer({ resolveWithObject: true });
    context.time.check();
    return { ...first, bytes: data, width: info.width, height: info.pageHeight ?? info.height };
  } catch (thrown) {
    throw translated(thrown, 'transform-failed');
  }
}
