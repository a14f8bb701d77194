/** An image as its measures see it: the first page, upright, in sRGB, 8 bits a channel, on white where it is transparent. */
import type { ImageFacts } from '../contract.ts';
import { openImage } from '../libvips.ts';
import type { TimeBudget } from '../time.ts';
import { translated } from '../translation.ts';

export interface SeenPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
  /** Brightness of each pixel, 0 to 255: Rec. 709's weights on the values as they are stored. */
  readonly luma: Uint8Array;
}

/** @throws KuvaError `image-damaged`, `transform-timeout` */
export async function seenPixels(bytes: Buffer, facts: ImageFacts, time: TimeBudget): Promise<SeenPixels> {
  const grey = facts.channels - (facts.hasAlpha ? 1 : 0) === 1;
  try {
    const { data, info } = await openImage(bytes, { autoOrient: true })
      .flatten({ background: 'white' })
      .toColourspace(grey ? 'b-w' : 'srgb')
      .timeout({ seconds: time.secondsLeft() })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const channels = info.channels === 1 ? 1 : 3;
    return { width, height, channels, data, luma: channels === 1 ? data : lumaOf(data, width * height) };
  } catch (thrown) {
    throw translated(thrown, 'image-damaged');
  }
}

/** Rec. 709 (ITU-R BT.709-6, item 3.2), in 16 bits of fraction; the weights add up to 65,536. */
function lumaOf(data: Uint8Array, pixels: number): Uint8Array {
  const luma = new Uint8Array(pixels);
  for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += 3) {
    luma[pixel] =
      (13_933 * (data[at] ?? 0) + 46_871 * (data[at + 1] ?? 0) + 4_732 * (data[at + 2] ?? 0) + 32_768) >> 16;
  }
  return luma;
}
