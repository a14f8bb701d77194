import type { Metadata } from 'sharp';
import { formatNames, type ImageFormat } from '../image/format.ts';
import type { ImageFacts } from './contract.ts';
import { readExifTags } from './exifTags.ts';
import { type ForeignName, isForeign } from './foreign/contract.ts';
import { foreignReaders } from './foreign/table.ts';
import { formatReaders, type PageSize } from './formats.ts';
import { frameOf } from './frame.ts';
import { isRowByRow, jpegFacts } from './jpeg/facts.ts';
import { readJpegHeader } from './jpeg/header.ts';
import { openImage } from './libvips.ts';
import { saveIt } from './foreign/magick.ts';
import { type Limits, reducedKinds } from './limits.ts';
import type { FoundProgram } from './programs/find.ts';
import { programsFor, programTable } from './programs/table.ts';
import { damaged, unsupported } from './refusal.ts';
import { sniff } from './sniff.ts';
import { checkBytes, checkPages } from './size.ts';
import { exactPages, holdsExact } from './tiff/exact/layout.ts';
import { readTiff, type TiffFile } from './tiff/read.ts';
import { inRows } from './tiff/streamed.ts';
import { translated } from './translation.ts';

/**
 * Looks at the header alone and holds it against the limits. The format is what the bytes say, not the name.
 * @throws KuvaError `not-an-image`, `format-unsupported`, `image-damaged`, `image-too-large`
 */
export async function inspectImage(
  bytes: Buffer,
  limits: Limits,
  readers: readonly FoundProgram[] = [],
): Promise<ImageFacts> {
  checkBytes(bytes.length, limits);
  const format = sniff(bytes);
  refuseReduced(format, limits);
  const own = formatReaders[format].pages(bytes);
  // Before any other reader sees the file.
  if (own !== undefined) checkPages(own, limits);
  if (isForeign(format)) return foreignFacts(bytes, format, readers);
  const tiff = format === 'tiff' ? readTiff(bytes) : undefined;
  if (tiff !== undefined && holdsExact(tiff)) return exactFacts(tiff);
  const ordinary = format === 'jpeg' ? jpegFacts(bytes) : undefined;
  if (ordinary !== undefined) return ordinary;
  const metadata = await readMetadata(bytes, format);
  const pages = own ?? pagesOf(metadata);
  checkPages(pages, limits);
  const [first] = pages;
  if (first === undefined) throw damaged('The file holds no picture');
  const frame = frameOf(bytes, metadata);
  const rows = tiff === undefined ? undefined : inRows(tiff);
  const tags = metadata.exif === undefined ? {} : readExifTags(metadata.exif);
  const largest = pages.reduce((most, { width, height }) => Math.max(most, width * height), 0);
  return {
    format,
    width: metadata.width,
    height: metadata.pageHeight ?? metadata.height,
    pages: pages.length,
    depth: metadata.depth === 'ushort' ? 16 : 8,
    channels: metadata.channels,
    hasAlpha: frame.hasAlpha,
    ...(format === 'jpeg' && isRowByRow(readJpegHeader(bytes)) ? { rowByRow: true } : {}),
    ...(Object.keys(tags).length > 0 ? { tags } : {}),
    ...(rows !== undefined && { inRows: rows }),
    ...(largest > first.width * first.height ? { largestPage: largest } : {}),
  };
}

/** What it holds beside would be lost with the input, unless its owner has said that this is all right. */
function refuseReduced(format: ImageFormat, { reduced }: Limits): void {
  if ((format !== 'raw' && format !== 'exr') || reduced.includes(format)) return;
  throw unsupported(
    `The file is ${formatNames[format]}: ${reducedKinds[format]}`,
    `Convert it to TIFF or PNG of 16 bits, and upload that; or add ${format} to limits.reduced in the configuration, and keep the input with done: keep.`,
  );
}

function foreignFacts(bytes: Buffer, format: ForeignName, readers: readonly FoundProgram[]): ImageFacts {
  const { pages, depth, channels, hasAlpha, beyond } = foreignReaders[format].header(bytes);
  const found =
    beyond === undefined ? undefined : readers.find((each) => each.formats.some((one) => one === format));
  if (beyond !== undefined && found === undefined) throw unsupported(beyond, `${saveIt} ${allowing(format)}`);
  // What it would not be told of is refused before it is asked.
  if (found !== undefined) foreignReaders[format].profile?.(bytes);
  const [first] = pages;
  if (first === undefined) throw damaged('The file holds no picture');
  const { width, height } = first;
  const largest = pages.reduce((most, page) => Math.max(most, page.width * page.height), 0);
  return {
    format,
    width,
    height,
    pages: pages.length,
    depth,
    channels,
    hasAlpha,
    ...(largest > width * height ? { largestPage: largest } : {}),
    ...(found !== undefined && { reader: { program: found.program, version: found.version } }),
  };
}

/** What would let a program of the machine read it. */
function allowing(format: ForeignName): string {
  const programs = programsFor(format);
  const packages = programs.map((program) => programTable[program].package);
  return `Or let ${programs.join(' or ')} of the machine read it: limits.programs (Debian: ${packages.join(' or ')}).`;
}

function exactFacts(file: TiffFile): ImageFacts {
  const pages = exactPages(file);
  const [first] = pages;
  if (first === undefined) throw damaged('The file holds no picture');
  const { width, height, channels, alpha } = first;
  const largest = pages.reduce((most, page) => Math.max(most, page.width * page.height), 0);
  return {
    format: 'tiff',
    width,
    height,
    pages: pages.length,
    depth: pages.reduce((most, { bytes }) => Math.max(most, bytes * 8), 0),
    channels,
    hasAlpha: alpha !== 'none',
    exact: true,
    ...(largest > width * height ? { largestPage: largest } : {}),
  };
}

/**
 * What libvips reads of a header.
 * @throws KuvaError `image-damaged`, `format-unsupported`
 */
export async function readMetadata(bytes: Buffer, format: ImageFormat): Promise<Metadata> {
  const animated = format === 'gif' || format === 'webp';
  try {
    const metadata = await openImage(bytes, animated ? { pages: -1 } : {}).metadata();
    if (format === 'avif' && (metadata.pages ?? 1) > 1) {
      throw unsupported(
        `The AVIF holds ${metadata.pages ?? 0} pictures, and only the first could be transformed`,
        'Split it into single pictures and upload those.',
      );
    }
    return metadata;
  } catch (thrown) {
    throw translated(thrown, 'image-damaged');
  }
}

function pagesOf({ width, height, pageHeight, pages }: Metadata): PageSize[] {
  return Array.from({ length: pages ?? 1 }, () => ({ width, height: pageHeight ?? height }));
}
