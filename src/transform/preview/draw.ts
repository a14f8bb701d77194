/** A small picture of an image for people, of whatever format, and of as much as can be shown. */
import sharp from 'sharp';
import { showBytes } from '../../image/quantity.ts';
import { type Preview, previewSize } from '../../image/preview.ts';
import { isForeign } from '../foreign/contract.ts';
import { firstPage } from '../foreign/pages.ts';
import { inspectImage } from '../inspect.ts';
import { openImage } from '../libvips.ts';
import type { Limits } from '../limits.ts';
import { tooLarge } from '../refusal.ts';
import type { OwnTools } from '../own/tools.ts';
import { shownPage } from '../tiff/exact/show.ts';
import { timeBudget } from '../time.ts';
import { translated } from '../translation.ts';
import { weighPreview } from '../weigh.ts';
import { histogramOf } from './histogram.ts';

/** Milliseconds: nobody waits longer for a picture, and it must not keep a processor from others. */
const longest = 20_000;

/** Quality and effort at which 640 pixels take some 15 ms and 40 kB (WebP, libwebp's scales). */
const webp = { quality: 80, alphaQuality: 90, effort: 2 } as const;

/**
 * Draws it: the first page or frame, upright, in sRGB. What the limits refuse is refused here too; but pixels that are
 * missing or damaged are drawn as far as they go, so that one sees what is wrong with an image that was set aside.
 * A JPEG is decoded at an eighth, a quarter or a half of its size where that is enough.
 * @param room bytes of memory that it may take, beside the input
 * @throws KuvaError as `inspect`; `image-too-large` when there is too little room; `image-damaged`, `transform-timeout`
 */
export async function drawPreview(
  bytes: Buffer,
  limits: Limits,
  room: number,
  tools: OwnTools,
): Promise<Preview> {
  const time = timeBudget(Math.min(limits.time, longest));
  const facts = await inspectImage(bytes, limits, tools.readers);
  const weight = weighPreview(facts);
  if (weight > room) {
    throw tooLarge(
      `A preview of it would take ${showBytes(weight)} of memory, and ${showBytes(room)} are set apart for previews`,
      'pixels',
    );
  }
  time.check();
  const grey = facts.channels < 3;
  try {
    const shown = isForeign(facts.format)
      ? await firstPage(bytes, facts.format, { reader: facts.reader, tools, time, sandbox: limits.sandbox })
      : facts.exact === true
        ? shownPage(bytes)
        : bytes;
    const { data, info } = await openImage(shown, { failOn: 'none', autoOrient: true })
      .resize({ width: previewSize, height: previewSize, fit: 'inside', withoutEnlargement: true })
      .toColourspace(grey ? 'b-w' : 'srgb')
      .timeout({ seconds: time.secondsLeft() })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const picture = await sharp(data, { raw: { width, height, channels } })
      .webp(webp)
      .timeout({ seconds: time.secondsLeft() })
      .toBuffer();
    return { bytes: picture, width, height, histogram: histogramOf(data, channels) };
  } catch (thrown) {
    throw translated(thrown, 'image-damaged');
  }
}
