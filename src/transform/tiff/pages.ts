/** The pages of a TIFF one by one. */
import { damaged, readingStructure } from '../refusal.ts';
import { type TiffDirectory, type TiffFile, readTiff, tagNumbers } from './read.ts';
import { tiffTags } from './tags.ts';

export interface TiffPageSize {
  readonly width: number;
  readonly height: number;
}

/** @throws KuvaError `image-damaged` */
export function tiffPageSizes(file: TiffFile): TiffPageSize[] {
  return readingStructure('The TIFF', () =>
    file.pages.map((page, index) => {
      const [width = 0] = tagNumbers(file, page, tiffTags.ImageWidth);
      const [height = 0] = tagNumbers(file, page, tiffTags.ImageLength);
      if (width === 0 || height === 0)
        throw damaged(`Page ${index + 1} of the TIFF says ${width} × ${height} pixels`);
      return { width, height };
    }),
  );
}

/**
 * Every page's pixels lie within the file.
 * @throws KuvaError `image-damaged`
 */
export function checkTiffPixels(file: TiffFile): void {
  file.pages.forEach((page, index) => {
    const tiled = page.entries.has(tiffTags.TileOffsets);
    const offsets = tagNumbers(file, page, tiled ? tiffTags.TileOffsets : tiffTags.StripOffsets);
    const sizes = tagNumbers(file, page, tiled ? tiffTags.TileByteCounts : tiffTags.StripByteCounts);
    if (offsets.length === 0 && !page.entries.has(tiffTags.JPEGInterchangeFormat)) {
      throw damaged(`Page ${index + 1} of the TIFF has no pixels`);
    }
    offsets.forEach((offset, part) => {
      if (offset + (sizes[part] ?? 0) > file.bytes.length) {
        throw damaged(`The TIFF is cut short: pixels of page ${index + 1} are missing`);
      }
    });
  });
}

/**
 * Camera raw files are TIFFs whose pages are previews; the picture itself lies in a directory below (TIFF/EP, DNG) or
 * is coded in a maker's way. Transforming the preview and deleting the input would lose it.
 */
export function isCameraRaw(file: TiffFile): boolean {
  const [first] = file.pages;
  if (first === undefined) return false;
  const [kind = 0] = tagNumbers(file, first, tiffTags.NewSubfileType);
  const reduced = (kind & 1) === 1;
  const canonRaw = file.bytes.toString('latin1', 8, 10) === 'CR';
  const below = first.entries.has(tiffTags.SubIFDs);
  return first.entries.has(tiffTags.DNGVersion) || canonRaw || (reduced && below);
}

/**
 * A copy of the file that shows one page at a time: reading page n of a TIFF otherwise walks over all before it.
 * The same bytes are changed for each page, so use one view before asking for the next.
 */
export function tiffPageViews(bytes: Buffer): { readonly count: number; view(page: number): Buffer } {
  const file = readTiff(bytes);
  const copy = Buffer.from(bytes);
  const put = (value: number, at: number) => {
    const pointer = Buffer.alloc(file.big ? 8 : 4);
    if (file.big) pointer.writeBigUInt64LE(BigInt(value));
    else pointer.writeUInt32LE(value);
    (file.little ? pointer : pointer.reverse()).copy(copy, at);
  };
  // No page leads to another one any more.
  for (const page of file.pages) put(0, page.nextPointer);
  return {
    count: file.pages.length,
    view(number) {
      put(pageAt(file, number).start, file.big ? 8 : 4);
      return copy;
    },
  };
}

export function pageAt(file: TiffFile, number: number): TiffDirectory {
  const page = file.pages[number];
  if (page === undefined) throw new RangeError(`no page ${number}`);
  return page;
}
