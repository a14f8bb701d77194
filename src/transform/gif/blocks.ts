/** The blocks of a GIF file: CompuServe, "Graphics Interchange Format, Version 89a". */
import { damaged, readingStructure, tooLarge } from '../refusal.ts';

/** Where a colour table lies: three bytes a colour. */
export interface ColourTable {
  readonly start: number;
  readonly end: number;
}

export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The frame's own colours, or else the file's. */
  readonly colours: ColourTable | undefined;
  /** LZW minimum code size. */
  readonly codeSize: number;
  /** Offset of the first sub-block of compressed pixels. */
  readonly pixels: number;
}

export interface GifBlocks {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly GifFrame[];
  /** Every colour table, the file's and the frames'. */
  readonly tables: readonly ColourTable[];
}

const trailer = 0x3b;
const extension = 0x21;
const image = 0x2c;

/** More than any animation has; the limits are checked when they are counted. */
const maxFrames = 200_000;

/**
 * Walks over all blocks up to the trailer; pixels are skipped, not decoded. What follows is no part of the image.
 * @throws KuvaError `image-damaged` when the file ends before its trailer
 */
export function readGifBlocks(bytes: Buffer): GifBlocks {
  return readingStructure('The GIF', () => {
    const tables: ColourTable[] = [];
    const frames: GifFrame[] = [];
    const shared = colourTable(bytes, bytes.readUInt8(10), 13);
    if (shared !== undefined) tables.push(shared);
    let at = shared?.end ?? 13;
    for (;;) {
      if (at >= bytes.length) {
        throw damaged(`The GIF is cut short: it ends after ${frames.length} frames without its end mark`);
      }
      const block = bytes.readUInt8(at);
      if (block === trailer) break;
      if (block === extension) {
        at = skipSubBlocks(bytes, at + 2);
      } else if (block === image) {
        if (frames.length >= maxFrames) throw tooLarge(`The GIF has more than ${maxFrames} frames`, 'pages');
        const own = colourTable(bytes, bytes.readUInt8(at + 9), at + 10);
        if (own !== undefined) tables.push(own);
        const data = own?.end ?? at + 10;
        frames.push({
          left: bytes.readUInt16LE(at + 1),
          top: bytes.readUInt16LE(at + 3),
          width: bytes.readUInt16LE(at + 5),
          height: bytes.readUInt16LE(at + 7),
          colours: own ?? shared,
          codeSize: bytes.readUInt8(data),
          pixels: data + 1,
        });
        at = skipSubBlocks(bytes, data + 1);
      } else {
        throw damaged(`The GIF is corrupt: an unknown block stands behind frame ${frames.length}`);
      }
    }
    if (frames.length === 0) throw damaged('The GIF holds no picture');
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), frames, tables };
  });
}

function colourTable(bytes: Buffer, packed: number, start: number): ColourTable | undefined {
  if ((packed & 0x80) === 0) return undefined;
  const end = start + 3 * 2 ** ((packed & 7) + 1);
  if (end > bytes.length) throw damaged('The GIF is cut short within a colour table');
  return { start, end };
}

function skipSubBlocks(bytes: Buffer, from: number): number {
  let at = from;
  for (let size = bytes.readUInt8(at); size > 0; size = bytes.readUInt8(at)) at += 1 + size;
  return at + 1;
}

/** The compressed pixels of a frame, its sub-blocks joined. */
export function framePixels(bytes: Buffer, frame: GifFrame): Buffer {
  const parts: Buffer[] = [];
  let at = frame.pixels;
  for (let size = bytes.readUInt8(at); size > 0; size = bytes.readUInt8(at)) {
    parts.push(bytes.subarray(at + 1, at + 1 + size));
    at += 1 + size;
  }
  return Buffer.concat(parts);
}
