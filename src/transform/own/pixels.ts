/** Between a file and the pixels that a module sees. */
import sharp, { type Metadata } from 'sharp';
import type { ImageFacts } from '../contract.ts';
import { channelCount, frameOf, rgbModel } from '../frame.ts';
import { readMetadata } from '../inspect.ts';
import { openImage } from '../libvips.ts';
import { impossible } from '../refusal.ts';
import { withPngDescription } from '../png/description.ts';
import type { ImageMetadata, PixelImage, StepPixels } from '../step.ts';
import type { TimeBudget } from '../time.ts';
import { translated } from '../translation.ts';
import { stepFailed } from './failures.ts';

export function metadataOf(facts: ImageFacts, metadata: Metadata): ImageMetadata {
  const { orientation, density, icc, exif, xmp } = metadata;
  return {
    format: facts.format,
    pages: facts.pages,
    orientation: orientation ?? 1,
    ...(density !== undefined && { density }),
    ...(icc !== undefined && { icc }),
    ...(exif !== undefined && { exif }),
    ...(xmp !== undefined && { xmp }),
  };
}

/** Decodes a file of one picture, as it is stored; CMYK becomes RGB. @throws KuvaError `step-impossible` for samples that are no colours */
export async function decodePixels(bytes: Buffer, facts: ImageFacts, time: TimeBudget): Promise<StepPixels> {
  if (facts.exact === true) {
    throw impossible(
      `The image has samples of ${facts.depth} bits that are no plain colours, and a module gets pixels of 8 or 16 bits`,
      'Add input: encoded to the module step, and decode the TIFF there; or take a command.',
    );
  }
  const metadata = await readMetadata(bytes, facts.format);
  const frame = frameOf(bytes, metadata);
  const model = rgbModel(frame.model);
  const depth = model === 'rgb16' || model === 'grey16' ? 16 : 8;
  try {
    const { data, info } = await openImage(bytes, { ignoreIcc: frame.model !== 'cmyk' })
      .toColourspace(model)
      .timeout({ seconds: time.secondsLeft() })
      .raw({ depth: depth === 16 ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const values =
      depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : new Uint8Array(data);
    const { width, height } = info;
    const channels = channelsOf(channelCount(model, frame.hasAlpha));
    return { width, height, channels, depth, data: values, metadata: metadataOf(facts, metadata) };
  } catch (thrown) {
    throw translated(thrown, 'image-damaged');
  }
}

function channelsOf(count: number): PixelImage['channels'] {
  if (count === 1 || count === 2 || count === 3 || count === 4) return count;
  throw new RangeError(`${count} channels`);
}

/**
 * A PNG of pixels, without loss; with what the image they were made from says of itself.
 * @param source a PNG
 */
export async function encodePixels(
  image: PixelImage,
  source: Buffer | undefined,
  time: TimeBudget,
): Promise<Buffer> {
  const { width, height, channels, data } = image;
  const raw = sharp(data, { raw: { width, height, channels } }).timeout({ seconds: time.secondsLeft() });
  const model = image.depth === 16 ? (channels < 3 ? 'grey16' : 'rgb16') : channels < 3 ? 'b-w' : 'srgb';
  const encoded = await raw
    .toColourspace(model)
    .png({ compressionLevel: 0, adaptiveFiltering: false })
    .toBuffer();
  return source === undefined ? encoded : withPngDescription(encoded, source);
}

/** @throws KuvaError `step-failed` when what a module returned are no pixels */
export function checkPixels(image: PixelImage, name: string): void {
  const { width, height, channels, depth, data } = image;
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
  const fault =
    !whole(width) || !whole(height)
      ? `is ${String(width)} × ${String(height)} pixels large`
      : !(whole(channels) && channels <= 4)
        ? `has ${String(channels)} channels`
        : depth === 8 && !(data instanceof Uint8Array)
          ? 'has 8 bits a channel and no Uint8Array'
          : depth === 16 && !(data instanceof Uint16Array)
            ? 'has 16 bits a channel and no Uint16Array'
            : data.length !== width * height * channels
              ? `has ${data.length} values, where ${width} × ${height} × ${channels} are ${width * height * channels}`
              : undefined;
  if (fault !== undefined) throw stepFailed(`${name} returned an image that ${fault}`);
}
