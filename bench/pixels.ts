import sharp from 'sharp';

/** Levels of 255 that a negated picture may be off on average: JPEG's own loss is 1 to 3 on photographs. */
const tolerated = 6;

/**
 * Is the one picture the negative of the other? Compared channel by channel, on average over all pixels.
 * @throws Error that says how far off it is
 */
export async function checkPictures(input: Uint8Array, output: Uint8Array): Promise<void> {
  const [before, after] = await Promise.all([pixelsOf(input), pixelsOf(output)]);
  if (before.length !== after.length) throw new Error('the result has another size than the picture');
  let off = 0;
  for (const [at, value] of before.entries()) off += Math.abs(255 - value - (after[at] ?? 0));
  const mean = off / before.length;
  if (mean > tolerated)
    throw new Error(`the result is no negative: its pixels are ${mean.toFixed(1)} levels off on average`);
}

function pixelsOf(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes).toColourspace('srgb').removeAlpha().raw().toBuffer();
}
