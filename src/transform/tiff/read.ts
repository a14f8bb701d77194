/** Reads the directories of a TIFF file: TIFF 6.0, section 2, and the BigTIFF design of the libtiff project. */
import { damaged, readingStructure } from '../refusal.ts';

export interface TiffEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The value's bytes, in the file's byte order. */
  readonly value: Buffer;
}

export interface TiffDirectory {
  /** Offset of the directory. */
  readonly start: number;
  /** Offset of the pointer to the next directory. */
  readonly nextPointer: number;
  readonly entries: ReadonlyMap<number, TiffEntry>;
}

export interface TiffFile {
  readonly bytes: Buffer;
  readonly little: boolean;
  readonly big: boolean;
  /** The main directories, one a page, in their order. */
  readonly pages: readonly TiffDirectory[];
}

/** Bytes of one value, by TIFF type: 1 BYTE to 13 IFD, and BigTIFF's 16 to 18. */
export const typeBytes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** More than any sane file has; a file's own limits are checked elsewhere. */
const maxPages = 100_000;

/**
 * Directories and their values lie beside each other: together they have no more bytes than the file. Some writers share
 * a few values among pages, hence the double; a file whose directories lie over each other would be read for hours.
 */
const spread = 2;
const spare = 1_000_000;

/** @throws KuvaError `image-damaged` when the file ends before its directories do */
export function readTiff(bytes: Buffer): TiffFile {
  return readingStructure('The TIFF', () => {
    const little = bytes.toString('latin1', 0, 2) === 'II';
    const big = uint(bytes, 2, 2, little) === 43;
    const file = { bytes, little, big };
    const pages: TiffDirectory[] = [];
    const seen = new Set<number>();
    let read = 0;
    let start = big ? uint(bytes, 8, 8, little) : uint(bytes, 4, 4, little);
    while (start !== 0) {
      if (seen.has(start)) throw damaged('The TIFF is corrupt: its list of pages runs in a circle');
      if (seen.size >= maxPages) throw damaged(`The TIFF is corrupt: it lists more than ${maxPages} pages`);
      seen.add(start);
      const page = readDirectory(file, start);
      pages.push(page);
      for (const { value } of page.entries.values()) read += value.length;
      read += page.nextPointer - page.start;
      if (read > bytes.length * spread + spare)
        throw damaged('The TIFF is corrupt: the directories of its pages lie over each other');
      start = uint(bytes, page.nextPointer, big ? 8 : 4, little);
    }
    if (pages.length === 0) throw damaged('The TIFF holds no page');
    return { ...file, pages };
  });
}

/** One directory: a page's, or one that a tag such as ExifIFD points to. @throws RangeError beyond the end */
export function readDirectory({ bytes, little, big }: Omit<TiffFile, 'pages'>, start: number): TiffDirectory {
  const [countSize, entrySize, pointerSize] = big ? [8, 20, 8] : [2, 12, 4];
  const count = uint(bytes, start, countSize, little);
  const first = start + countSize;
  const nextPointer = first + count * entrySize;
  if (nextPointer + pointerSize > bytes.length) throw new RangeError('directory beyond the end');
  const entries = new Map<number, TiffEntry>();
  for (let at = first; at < nextPointer; at += entrySize) {
    const tag = uint(bytes, at, 2, little);
    const type = uint(bytes, at + 2, 2, little);
    const values = uint(bytes, at + 4, pointerSize, little);
    const size = values * (typeBytes[type] ?? 1);
    const inline = at + 4 + pointerSize;
    const from = size <= pointerSize ? inline : uint(bytes, inline, pointerSize, little);
    if (from + size > bytes.length) throw new RangeError(`value of tag ${tag} beyond the end`);
    if (!entries.has(tag))
      entries.set(tag, { tag, type, count: values, value: bytes.subarray(from, from + size) });
  }
  return { start, nextPointer, entries };
}

/** The whole numbers of a tag; none when the tag is missing or holds something else. */
export function tagNumbers({ little }: Pick<TiffFile, 'little'>, page: TiffDirectory, tag: number): number[] {
  const entry = page.entries.get(tag);
  const size = entry === undefined ? undefined : { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 }[entry.type];
  if (entry === undefined || size === undefined) return [];
  return Array.from({ length: entry.count }, (_, index) => uint(entry.value, index * size, size, little));
}

export function uint(bytes: Buffer, at: number, size: number, little: boolean): number {
  if (size === 8) return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}
