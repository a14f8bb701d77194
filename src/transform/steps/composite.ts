import { recipeFile } from '../recipeFiles.ts';
import type { StepKind } from './kind.ts';

export const composite: StepKind<'composite'> = {
  order: 'alone',
  sized: true,
  keepsDescription: true,
  colours: 'rgb',
  async draw(image, step, frame, files) {
    const { gravity, left, top, blend, tile } = step;
    const input = await overlay(recipeFile(files, step), step.opacity, frame);
    const place = left === undefined || top === undefined ? { gravity } : { left, top };
    const laid = image.composite([{ input, blend, tile, ...place }]);
    // Otherwise mixed with 8 bits.
    if (frame.model === 'rgb16' || frame.model === 'grey16') laid.pipelineColourspace(frame.model);
    // libvips adds transparency to mix, and the image may have had none.
    return frame.hasAlpha ? laid : laid.removeAlpha();
  },
};

/** The picture to lay over, no larger than the image, as transparent as asked. */
async function overlay(
  file: Buffer,
  opacity: number,
  { width, height }: { width: number; height: number },
): Promise<Buffer> {
  // A worker asks what steps weigh without having sharp in its own process.
  const { openImage } = await import('../libvips.ts');
  const fitted = openImage(file)
    .autoOrient()
    .resize({ width, height, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha();
  const { data, info } = await fitted.raw().toBuffer({ resolveWithObject: true });
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round((data[at] ?? 0) * opacity);
  return openImage(data, { raw: { width: info.width, height: info.height, channels: 4 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
