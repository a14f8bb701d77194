/**
 * Joins encoded pages into one TIFF, each with the description that its source page had. libvips can write several
 * pages only when all have one size, and none of the tags that microscope programs keep their data in.
 */
import { impossible } from '../refusal.ts';
import {
  type TiffDirectory,
  type TiffEntry,
  type TiffFile,
  readDirectory,
  readTiff,
  tagNumbers,
  typeBytes,
} from './read.ts';
import { carriedTags, codingTags, directoryTags, lastingTags, tiffTags } from './tags.ts';

export interface EncodedPage {
  /** A TIFF of one page. */
  readonly encoded: Buffer;
  /** Where its description comes from; left out: the encoded page's own. */
  readonly description?: PageDescription;
}

export interface PageDescription {
  readonly file: Omit<TiffFile, 'pages'>;
  readonly page: TiffDirectory;
  /**
   * all: the picture still has the size and place that it had; lasting: only what holds regardless. Where libvips did not
   * write the page, carried: that, and what libvips carries over; profile: how its colours are meant, and no more.
   */
  readonly keep: 'all' | 'lasting' | 'carried' | 'profile';
}

/** A value in little-endian bytes, or a directory that lies elsewhere in the file. */
type Value =
  | { readonly type: number; readonly count: number; readonly bytes: Buffer }
  | { readonly directory: Fields };
type Fields = Map<number, Value>;

/** Offsets are 32 bits in a classic TIFF. */
const maxBytes = 0xffff_ffff;

/** @throws KuvaError `step-impossible` when the result would exceed 4 GiB */
export function joinTiff(pages: readonly EncodedPage[]): Buffer {
  const out = new Output();
  out.append(Buffer.from('II*\0\0\0\0\0', 'latin1'));
  let pointer: { readonly holder: Buffer; readonly at: number } = {
    holder: out.parts[0] ?? Buffer.alloc(8),
    at: 4,
  };
  for (const page of pages) {
    const written = out.directory(fieldsOf(page, out));
    pointer.holder.writeUInt32LE(written.start, pointer.at);
    pointer = written.next;
  }
  return out.joined();
}

function fieldsOf({ encoded, description }: EncodedPage, out: Output): Fields {
  const file = readTiff(encoded);
  const [page] = file.pages;
  if (page === undefined) throw new RangeError('an encoded TIFF without a page');
  const own = [...page.entries.values()].filter(
    ({ tag }) => description === undefined || codingTags.has(tag) || description.keep !== 'all',
  );
  const fields: Fields = new Map();
  for (const entry of own) fields.set(entry.tag, littleEndian(entry, file.little));
  if (description !== undefined) {
    for (const [tag, value] of describing(description)) fields.set(tag, value);
    const text = fields.get(tiffTags.ImageDescription);
    if (description.keep !== 'all' && text !== undefined && isOmeXml(text))
      fields.delete(tiffTags.ImageDescription);
  }
  for (const [offsets, counts] of [
    [tiffTags.StripOffsets, tiffTags.StripByteCounts],
    [tiffTags.TileOffsets, tiffTags.TileByteCounts],
  ] as const) {
    const sizes = tagNumbers(file, page, counts);
    const moved = tagNumbers(file, page, offsets).map((offset, part) =>
      out.append(encoded.subarray(offset, offset + (sizes[part] ?? 0))),
    );
    if (moved.length > 0) fields.set(offsets, longs(moved));
  }
  return fields;
}

function describing({ file, page, keep }: PageDescription): Fields {
  const wanted = (tag: number) => {
    if (keep === 'all') return !codingTags.has(tag);
    if (keep === 'profile') return tag === tiffTags.ICCProfile;
    return lastingTags.has(tag) || (keep === 'carried' && carriedTags.has(tag));
  };
  const fields = fieldsWhere(file, page, wanted, 0);
  if (keep !== 'all') for (const [tag, value] of fields) fields.set(tag, terminated(value));
  return fields;
}

/** It names size and scale of the pixels (SizeX, PhysicalSizeX of the OME data model), and programs that measure believe it. */
function isOmeXml(value: Value): boolean {
  return 'bytes' in value && value.bytes.includes('<OME');
}

/** Cameras forget the zero that ends a text in EXIF; in a TIFF, readers warn about it, and strict ones refuse. */
function terminated(value: Value): Value {
  if ('directory' in value || value.type !== 2 || value.bytes.at(-1) === 0) return value;
  return { type: 2, count: value.count + 1, bytes: Buffer.concat([value.bytes, Buffer.alloc(1)]) };
}

function fieldsWhere(
  file: Omit<TiffFile, 'pages'>,
  page: TiffDirectory,
  wanted: (tag: number) => boolean,
  depth: number,
): Fields {
  const fields: Fields = new Map();
  for (const entry of page.entries.values()) {
    if (!wanted(entry.tag) || typeBytes[entry.type] === undefined) continue;
    if (!directoryTags.has(entry.tag)) {
      fields.set(entry.tag, littleEndian(entry, file.little));
      continue;
    }
    const [start] = tagNumbers(file, page, entry.tag);
    const directory = start === undefined || depth > 1 ? undefined : readable(file, start);
    if (directory !== undefined) {
      fields.set(entry.tag, { directory: fieldsWhere(file, directory, () => true, depth + 1) });
    }
  }
  return fields;
}

/** A directory of EXIF that cannot be read is left out; the picture does not depend on it. */
function readable(file: Omit<TiffFile, 'pages'>, start: number): TiffDirectory | undefined {
  try {
    return readDirectory(file, start);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** A value in little-endian byte order, with BigTIFF's 8-byte types made 4 bytes where they fit. */
function littleEndian({ type, count, value }: TiffEntry, little: boolean): Value {
  if (type === 16 || type === 18) {
    return longs(
      Array.from({ length: count }, (_, index) =>
        Number(little ? value.readBigUInt64LE(index * 8) : value.readBigUInt64BE(index * 8)),
      ),
    );
  }
  const bytes = Buffer.from(value);
  // RATIONAL and SRATIONAL are pairs of 4 bytes.
  const unit = type === 5 || type === 10 ? 4 : (typeBytes[type] ?? 1);
  if (!little && unit === 2) bytes.swap16();
  if (!little && unit === 4) bytes.swap32();
  if (!little && unit === 8) bytes.swap64();
  return { type, count, bytes };
}

function longs(values: readonly number[]): Value {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32LE(Math.min(value, maxBytes), 4 * index));
  return { type: 4, count: values.length, bytes };
}

/** The file as it grows: parts and the offset behind them. */
class Output {
  readonly parts: Buffer[] = [];
  private length = 0;

  /** @returns the offset that the bytes begin at; offsets are even (TIFF 6.0, "Image File Directory") */
  append(bytes: Buffer): number {
    if (this.length % 2 === 1) this.push(Buffer.alloc(1));
    const start = this.length;
    this.push(bytes);
    return start;
  }

  /** Writes a directory behind its values. `next` is where the offset of the following one belongs. */
  directory(fields: Fields): { start: number; next: { holder: Buffer; at: number } } {
    // Entries are sorted by tag.
    const sorted = [...fields].sort(([a], [b]) => a - b);
    const holder = Buffer.alloc(2 + 12 * sorted.length + 4);
    holder.writeUInt16LE(sorted.length, 0);
    sorted.forEach(([tag, value], index) => {
      const at = 2 + 12 * index;
      holder.writeUInt16LE(tag, at);
      const { type, count, bytes } = 'directory' in value ? this.pointerTo(value.directory) : value;
      holder.writeUInt16LE(type, at + 2);
      holder.writeUInt32LE(count, at + 4);
      if (bytes.length <= 4) bytes.copy(holder, at + 8);
      else holder.writeUInt32LE(this.append(bytes), at + 8);
    });
    return { start: this.append(holder), next: { holder, at: holder.length - 4 } };
  }

  joined(): Buffer {
    return Buffer.concat(this.parts, this.length);
  }

  private pointerTo(fields: Fields): { type: number; count: number; bytes: Buffer } {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(this.directory(fields).start, 0);
    return { type: 4, count: 1, bytes };
  }

  private push(bytes: Buffer): void {
    if (this.length + bytes.length > maxBytes) {
      throw impossible(
        'The TIFF would have more than 4 GiB, which its format cannot address',
        'Choose a compression in a convert step, or convert to a smaller format.',
      );
    }
    this.parts.push(bytes);
    this.length += bytes.length;
  }
}
