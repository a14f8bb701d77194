import { KuvaError } from '../image/failure.ts';
import { contentTypes, type ImageFormat } from '../image/format.ts';
import type { Way } from '../image/way.ts';
import type { MadeImage } from './contract.ts';
import { isForeign } from './foreign/contract.ts';
import { formatReaders } from './formats.ts';
import { readMetadata } from './inspect.ts';
import { sniff } from './sniff.ts';
import { holdsExact } from './tiff/exact/layout.ts';
import { readTiff } from './tiff/read.ts';

export interface Expected {
  readonly output: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly pages: number;
  readonly how: Way;
}

/**
 * Reads back what was made: it is whole, in the format, of the size and with the pages that it should have.
 * @throws KuvaError `transform-failed`
 */
export async function verified(bytes: Buffer, expected: Expected): Promise<MadeImage> {
  const { output, format, width, height, pages, how } = expected;
  try {
    const found = sniff(bytes);
    if (found !== format) throw new Error(`it is ${found} instead of ${format}`);
    formatReaders[format].check(bytes);
    const made = await madeSize(bytes, format);
    // The WebP encoder makes one longer frame of equal ones in a row; nothing else may be missing.
    const enough = format === 'webp' ? made.pages >= 1 && made.pages <= pages : made.pages === pages;
    if (made.width !== width || made.height !== height || !enough) {
      throw new Error(
        `it has ${made.pages} pages of ${made.width} × ${made.height} instead of ${pages} of ${width} × ${height}`,
      );
    }
    return { output, bytes, format, contentType: contentTypes[format], ...made, how };
  } catch (thrown) {
    throw new KuvaError('transform-failed', {
      what: `Output ${output} came out wrong: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      data: 'The input stays where it is, and nothing was written.',
      remedy: 'Please report it with the image and the recipe.',
      cause: thrown,
    });
  }
}

/** A copy of a foreign image is what was read, and so are samples that libvips would change; all others are read by libvips. */
async function madeSize(
  bytes: Buffer,
  format: ImageFormat,
): Promise<{ width: number; height: number; pages: number }> {
  const pages = formatReaders[format].pages(bytes);
  const [first] = pages ?? [];
  const own = isForeign(format) || (format === 'tiff' && holdsExact(readTiff(bytes)));
  if (pages !== undefined && first !== undefined && own) return { ...first, pages: pages.length };
  const metadata = await readMetadata(bytes, format);
  return {
    width: metadata.width,
    height: metadata.pageHeight ?? metadata.height,
    pages: pages?.length ?? metadata.pages ?? 1,
  };
}
