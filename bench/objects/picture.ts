import sharp from 'sharp';

/** Bytes a pixel of what `makeOfSize` makes first: a photograph's, about. */
const density = 0.45;

/**
 * A JPEG of about that many bytes, with as much noise as makes a photograph's file that large.
 * @returns within a tenth of the size, but for a few hundred bytes of headers
 */
export async function makeOfSize(bytes: number): Promise<Buffer> {
  const first = await noisy(bytes / density);
  // The headers do not grow with the picture.
  return noisy(((bytes / density) * bytes) / first.length);
}

function noisy(pixels: number): Promise<Buffer> {
  const width = Math.max(8, Math.round(Math.sqrt((pixels * 4) / 3)));
  const height = Math.max(8, Math.round(pixels / width));
  const noise = { type: 'gaussian', mean: 128, sigma: 12 } as const;
  const create = { width, height, channels: 3, background: '#888888', noise } as const;
  return sharp({ create, limitInputPixels: false }).jpeg({ quality: 85, optimiseCoding: false }).toBuffer();
}
