/** Decoded pictures of foreign formats, as frames that go through the steps like any other. */
import { deflateSync } from 'node:zlib';
import type { Metadata } from 'sharp';
import { type Frame, frameOf } from '../frame.ts';
import { openImage } from '../libvips.ts';
import { pngChunk } from '../png/chunks.ts';
import { damaged } from '../refusal.ts';
import { readByProgram, type ReadContext, type Reader } from '../programs/read.ts';
import { isReadFormat } from '../programs/table.ts';
import { translated } from '../translation.ts';
import type { ForeignName, Picture } from './contract.ts';
import { plainExif } from './exif.ts';
import { foreignReaders } from './table.ts';

interface DecodedPage {
  readonly frame: Frame;
  readonly metadata: Metadata;
  readonly decoded: true;
}

/** The program that reads an image, and what it takes to run it. */
export interface Outside extends ReadContext {
  readonly reader: Reader | undefined;
}

/** @throws KuvaError `image-damaged`, `format-unsupported`; as `readByProgram` where one reads it */
export async function decodedPages(
  bytes: Buffer,
  format: ForeignName,
  { reader, ...context }: Outside,
): Promise<DecodedPage[]> {
  const own = foreignReaders[format];
  const header = own.header(bytes);
  const pages: DecodedPage[] = [];
  const pictures =
    reader !== undefined && isReadFormat(format)
      ? (await readByProgram(bytes, format, header, reader, context)).map((picture) =>
          described(picture, own.profile?.(bytes)),
        )
      : await own.decode(bytes, header);
  for (const picture of pictures) {
    const png = await pngOf(picture);
    const metadata = await openImage(png).metadata();
    pages.push({ frame: frameOf(png, metadata), metadata, decoded: true });
  }
  return pages;
}

function described(picture: Picture, profile: Buffer | undefined): Picture {
  return picture.profile === undefined && profile !== undefined ? { ...picture, profile } : picture;
}

/** The first page as a PNG. @throws KuvaError as {@link decodedPages} */
export async function firstPage(bytes: Buffer, format: ForeignName, outside: Outside): Promise<Buffer> {
  const [first] = await decodedPages(bytes, format, outside);
  if (first === undefined) throw damaged('The file holds no picture');
  return first.frame.bytes;
}

/** Bytes of a PNG's signature and header chunk, behind which a description belongs. */
const behindHeader = 33;

async function pngOf(picture: Picture): Promise<Buffer> {
  const { width, height, channels, depth, data } = picture;
  const samples = depth === 8 ? data : machineOrder(data);
  const grey = channels < 3;
  const model = depth === 8 ? (grey ? 'b-w' : 'srgb') : grey ? 'grey16' : 'rgb16';
  try {
    const png = await openImage(samples, { raw: { width, height, channels } })
      .toColourspace(model)
      .png({ compressionLevel: 0, adaptiveFiltering: false })
      .toBuffer();
    return Buffer.concat([
      png.subarray(0, behindHeader),
      ...descriptionOf(picture),
      png.subarray(behindHeader),
    ]);
  } catch (thrown) {
    throw translated(thrown, 'transform-failed');
  }
}

/** Samples of 16 bits as numbers of this machine. */
function machineOrder(data: Buffer): Uint16Array {
  return Uint16Array.from({ length: data.length / 2 }, (_, index) => data.readUInt16LE(index * 2));
}

function descriptionOf({ profile, exif, xmp }: Picture): Buffer[] {
  const chunks: Buffer[] = [];
  if (profile !== undefined) {
    const packed = deflateSync(profile, { level: 1 });
    chunks.push(pngChunk('iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), packed])));
  }
  if (exif !== undefined) chunks.push(pngChunk('eXIf', plainExif(exif)));
  if (xmp !== undefined) {
    const head = Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1');
    chunks.push(pngChunk('iTXt', Buffer.concat([head, xmp])));
  }
  return chunks;
}
