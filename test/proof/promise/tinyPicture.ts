/** Pictures that are made in a millisecond, differ from each other, and whose negative is known without the program. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';

const size = 8;

function colourOf(number: number): readonly [number, number, number] {
  const digest = createHash('sha256').update(`picture ${number}`).digest();
  return [digest[0] ?? 0, digest[1] ?? 0, digest[2] ?? 0];
}

/** A PNG of one colour, which depends on the number; no two numbers below 2^32 give the same bytes. */
export async function tinyPicture(number: number): Promise<Buffer> {
  const [red, green, blue] = colourOf(number);
  const pixels = Buffer.alloc(size * size * 3);
  for (let at = 0; at < pixels.length; at += 3) pixels.set([red, green, blue], at);
  // The last four pixels carry the number itself: colours alone would meet by chance.
  for (let at = 0; at < 4; at += 1) pixels[pixels.length - 1 - 3 * at] = (number >>> (8 * at)) & 255;
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
}

/** Is this a picture in the negative of the number's colour, within what a lossy format changes? */
export async function isNegative(bytes: Buffer, number: number): Promise<boolean> {
  try {
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) return false;
    return colourOf(number).every((value, channel) => Math.abs(255 - value - (data[channel] ?? -99)) <= 12);
  } catch {
    return false;
  }
}
