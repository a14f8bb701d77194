/** The image that came in, page by page. */
import type { Metadata } from 'sharp';
import type { ImageFormat } from '../image/format.ts';
import { animationFrames } from './animation.ts';
import type { ImageFacts } from './contract.ts';
import { type Frame, frameOf } from './frame.ts';
import { isForeign } from './foreign/contract.ts';
import { decodedPages } from './foreign/pages.ts';
import { readMetadata } from './inspect.ts';
import type { PassContext } from './passes.ts';
import { damaged } from './refusal.ts';
import type { ReadContext } from './programs/read.ts';
import { tiffPageViews } from './tiff/pages.ts';

export interface Source {
  readonly format: ImageFormat;
  readonly bytes: Buffer;
  readonly pages: number;
  /** Of the whole file; of a TIFF, of its first page. */
  readonly metadata: Metadata;
  /** The pages of a format that libvips does not read, decoded. */
  readonly decoded?: readonly Omit<SourcePage, 'number'>[];
}

export interface SourcePage {
  readonly number: number;
  readonly frame: Frame;
  /** Of the page. */
  readonly metadata: Metadata;
  /** Whether the frame is decoded already, so that it can be read again at no cost. */
  readonly decoded: boolean;
}

/** @throws KuvaError `image-damaged` */
export async function openSource(bytes: Buffer, facts: ImageFacts, context: ReadContext): Promise<Source> {
  if (isForeign(facts.format)) {
    const decoded = await decodedPages(bytes, facts.format, { ...context, reader: facts.reader });
    const [first] = decoded;
    if (first === undefined) throw damaged('The file holds no picture');
    return { format: facts.format, bytes, pages: decoded.length, metadata: first.metadata, decoded };
  }
  const metadata = await readMetadata(bytes, facts.format);
  return { format: facts.format, bytes, pages: facts.pages, metadata };
}

/**
 * The pages one after the other. A page's frame is good until the next one is asked for.
 * @throws KuvaError `image-damaged`
 */
export async function* sourcePages(source: Source, context: PassContext): AsyncGenerator<SourcePage> {
  const { bytes, format, metadata, decoded } = source;
  if (decoded !== undefined) {
    for (const [number, page] of decoded.entries()) yield { number, ...page };
    return;
  }
  if (format === 'tiff') {
    const views = tiffPageViews(bytes);
    for (let number = 0; number < views.count; number++) {
      const page = views.view(number);
      const own = await readMetadata(page, format);
      yield { number, frame: frameOf(page, own), metadata: own, decoded: false };
    }
    return;
  }
  if (source.pages === 1) {
    yield { number: 0, frame: frameOf(bytes, metadata), metadata, decoded: false };
    return;
  }
  let number = 0;
  for await (const frame of animationFrames(bytes, metadata, context)) {
    yield { number: number++, frame, metadata, decoded: true };
  }
}
