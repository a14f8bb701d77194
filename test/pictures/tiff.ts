/** TIFFs that sharp cannot make: pages of different sizes, private tags, big-endian, BigTIFF. */

export interface TiffPage {
  readonly width: number;
  readonly height: number;
  /** Samples of one byte, or of two, four or eight in the byte order of the file. */
  readonly pixels: Buffer;
  readonly depth?: 8 | 16 | 32 | 64;
  /** Samples a pixel; 1 unless told. */
  readonly samples?: 1 | 3;
  /** 1: without a sign, 2: with one, 3: floating-point (TIFF 6.0, section 19). */
  readonly sampleFormat?: 1 | 2 | 3;
  /** 8 stands for CIE L*a*b* (section 23). */
  readonly photometric?: number;
  /** ImageDescription, where microscope programs keep what they know. */
  readonly description?: string;
  /** A tag of one's own: number 65000 and up are private. */
  readonly privateTag?: { readonly tag: number; readonly data: Buffer };
  readonly newSubfileType?: number;
  readonly minIsWhite?: boolean;
  /** Pixels per inch, both ways. */
  readonly resolution?: number;
  readonly subDirectory?: boolean;
}

export interface TiffLayout {
  readonly bigEndian?: boolean;
  readonly bigTiff?: boolean;
}

/** Pages without compression, one strip each; grey unless told. */
export function makeTiffPages(pages: readonly TiffPage[], layout: TiffLayout = {}): Buffer {
  const { bigEndian = false, bigTiff = false } = layout;
  const number = (value: number, size: number) => {
    const bytes = Buffer.alloc(size);
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeUIntLE(value, 0, size);
    return bigEndian ? bytes.reverse() : bytes;
  };
  const pointer = bigTiff ? 8 : 4;
  const parts: Buffer[] = [
    Buffer.from(bigEndian ? 'MM' : 'II'),
    number(bigTiff ? 43 : 42, 2),
    ...(bigTiff ? [number(8, 2), number(0, 2)] : []),
  ];
  let length = parts.reduce((total, part) => total + part.length, 0) + pointer;
  const body: Buffer[] = [];
  const append = (bytes: Buffer) => {
    const start = length;
    body.push(bytes, Buffer.alloc(bytes.length % 2));
    length += bytes.length + (bytes.length % 2);
    return start;
  };
  const directories = pages.map((page) => {
    const strip = append(page.pixels);
    return { page, strip };
  });
  let first = 0;
  let patch: { holder: Buffer; at: number } | undefined;
  for (const { page, strip } of directories) {
    const { width, height, depth = 8, samples = 1, description, privateTag, resolution } = page;
    const { sampleFormat, photometric } = page;
    const rational = (value: number) => Buffer.concat([number(value, 4), number(1, 4)]);
    const short = (value: number) => ({ type: 3, count: 1, bytes: number(value, 2) });
    const long = (value: number) => ({ type: 4, count: 1, bytes: number(value, 4) });
    const entries = new Map<number, { type: number; count: number; bytes: Buffer }>();
    if (page.newSubfileType !== undefined) entries.set(254, long(page.newSubfileType));
    entries.set(256, long(width));
    entries.set(257, long(height));
    const shorts = (value: number) => ({
      type: 3,
      count: samples,
      bytes: Buffer.concat(Array.from({ length: samples }, () => number(value, 2))),
    });
    entries.set(258, shorts(depth));
    entries.set(259, short(1));
    entries.set(262, short(photometric ?? (page.minIsWhite === true ? 0 : 1)));
    if (description !== undefined) {
      const bytes = Buffer.from(`${description}\0`);
      entries.set(270, { type: 2, count: bytes.length, bytes });
    }
    entries.set(273, long(strip));
    entries.set(277, short(samples));
    entries.set(278, long(height));
    entries.set(279, long(page.pixels.length));
    if (resolution !== undefined) {
      entries.set(282, { type: 5, count: 1, bytes: rational(resolution) });
      entries.set(283, { type: 5, count: 1, bytes: rational(resolution) });
      entries.set(296, short(2));
    }
    if (page.subDirectory === true) entries.set(330, long(8));
    if (sampleFormat !== undefined) entries.set(339, shorts(sampleFormat));
    if (privateTag !== undefined) {
      entries.set(privateTag.tag, { type: 7, count: privateTag.data.length, bytes: privateTag.data });
    }
    const cells = [...entries].map(([tag, { type, count, bytes }]) => {
      const value = Buffer.alloc(pointer);
      if (bytes.length <= pointer) bytes.copy(value);
      else number(append(bytes), pointer).copy(value);
      return Buffer.concat([number(tag, 2), number(type, 2), number(count, pointer), value]);
    });
    const holder = Buffer.concat([number(cells.length, bigTiff ? 8 : 2), ...cells, Buffer.alloc(pointer)]);
    const start = append(holder);
    if (patch === undefined) first = start;
    else number(start, pointer).copy(patch.holder, patch.at);
    patch = { holder, at: holder.length - pointer };
  }
  return Buffer.concat([...parts, number(first, pointer), ...body]);
}
