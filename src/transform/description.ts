/**
 * What an image says about itself (profile, EXIF, XMP, IPTC, comments, private tags) and its way into the output.
 * Where the format stays and the picture keeps its size and direction, it is copied byte for byte; else libvips carries
 * over what it knows.
 */
import { KuvaError } from '../image/failure.ts';
import type { ImageFormat } from '../image/format.ts';
import type { ConvertFormat } from '../image/settings/convert.ts';
import { withJpegDescription } from './jpeg/description.ts';
import type { PixelPlan } from './plan.ts';
import { withPngDescription } from './png/description.ts';
import type { Source, SourcePage } from './source.ts';
import type { PageDescription } from './tiff/join.ts';
import { pageAt } from './tiff/pages.ts';
import { readTiff } from './tiff/read.ts';
import { withWebpDescription } from './webp/description.ts';

type Copier = (encoded: Buffer, source: Buffer) => Buffer;

/** AVIF keeps its description in items that point into the pixels' box: libvips writes them. TIFF has its own way. */
const copiers: Readonly<Partial<Record<ImageFormat, Copier>>> = {
  jpeg: withJpegDescription,
  png: withPngDescription,
  webp: withWebpDescription,
};

/** The function that copies the description of this source, when it still holds for the output. */
export function descriptionCopier(
  plan: PixelPlan,
  source: Source,
  written: ConvertFormat,
): Copier | undefined {
  if (plan.strip || source.format !== written) return undefined;
  return plan.steps.every(({ keepsDescription }) => keepsDescription) ? copiers[written] : undefined;
}

/** What each page of a TIFF that is written says about itself; undefined: what libvips wrote, nothing when stripped. */
export function tiffDescriptions(
  plan: PixelPlan,
  source: Source,
  pages: readonly Pick<SourcePage, 'number' | 'metadata'>[],
): (PageDescription | undefined)[] {
  if (plan.strip) return pages.map(() => undefined);
  if (source.format === 'tiff') {
    const file = readTiff(source.bytes);
    const keep = plan.steps.every(({ keepsDescription }) => keepsDescription) ? 'all' : 'lasting';
    return pages.map(({ number }) => ({ file, page: pageAt(file, number), keep }));
  }
  return pages.map(({ metadata: { exif } }) => {
    if (exif === undefined) return undefined;
    // An EXIF block is a TIFF of its own, behind six bytes in JPEG's manner.
    const prefixed = exif.toString('latin1', 0, 6) === 'Exif\0\0';
    return exifDescription(prefixed ? exif.subarray(6) : exif);
  });
}

/** EXIF that cannot be read is left out; the picture does not depend on it. */
function exifDescription(block: Buffer): PageDescription | undefined {
  try {
    const file = readTiff(block);
    return { file, page: pageAt(file, 0), keep: 'lasting' };
  } catch (thrown) {
    if (thrown instanceof KuvaError) return undefined;
    throw thrown;
  }
}
