/** What a WebP says about itself beside its pixels: profile, EXIF and XMP (RFC 9649, section 2.7). */
import { type WebpChunk, readWebpChunks, webpChunk } from './chunks.ts';

/** Flags in the first byte of VP8X. */
const flags = { ICCP: 0x20, EXIF: 0x08, 'XMP ': 0x04 } as const;

const isDescribing = (type: string): type is keyof typeof flags => Object.hasOwn(flags, type);

/** The encoded picture with the description of the source in place of its own, byte for byte. */
export function withWebpDescription(encoded: Buffer, source: Buffer): Buffer {
  const description = readWebpChunks(source).filter(({ type }) => isDescribing(type));
  const own = readWebpChunks(encoded).filter(({ type }) => !isDescribing(type));
  if (description.length === 0 && own.length === readWebpChunks(encoded).length) return encoded;
  const pictures = own.filter(({ type }) => type !== 'VP8X');
  const copied = (types: readonly string[]) =>
    description
      .filter(({ type }) => types.includes(type))
      .map(({ start, end }) => source.subarray(start, end));
  const body = [
    extended(encoded, own, description),
    ...copied(['ICCP']),
    ...pictures.map(({ start, end }) => encoded.subarray(start, end)),
    ...copied(['EXIF', 'XMP ']),
  ];
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(
    body.reduce((total, part) => total + part.length, 4),
    4,
  );
  return Buffer.concat([riff, ...body]);
}

/** VP8X with the flags of what the file will hold. */
function extended(encoded: Buffer, own: readonly WebpChunk[], description: readonly WebpChunk[]): Buffer {
  const data = Buffer.from(own.find(({ type }) => type === 'VP8X')?.data ?? simpleHeader(encoded, own));
  const kept = (data[0] ?? 0) & ~(flags.ICCP | flags.EXIF | flags['XMP ']);
  data[0] = description.reduce((all, { type }) => (isDescribing(type) ? all | flags[type] : all), kept);
  return webpChunk('VP8X', data);
}

/** The extended header of a file that has none: canvas size and alpha from its only picture (RFC 6386, 9.1; RFC 9649, 3.4). */
function simpleHeader(encoded: Buffer, own: readonly WebpChunk[]): Buffer {
  const picture = own.find(({ type }) => type === 'VP8 ' || type === 'VP8L')?.data ?? encoded.subarray(20);
  const lossless = own.some(({ type }) => type === 'VP8L');
  const packed = lossless ? picture.readUInt32LE(1) : 0;
  const width = lossless ? (packed & 0x3fff) + 1 : picture.readUInt16LE(6) & 0x3fff;
  const height = lossless ? ((packed >>> 14) & 0x3fff) + 1 : picture.readUInt16LE(8) & 0x3fff;
  const data = Buffer.alloc(10);
  data[0] = lossless && (packed >>> 28) & 1 ? 0x10 : 0;
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return data;
}
