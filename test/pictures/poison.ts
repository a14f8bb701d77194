/** Small files that were made to do harm: to take hours, gigabytes or the decoder itself. */
import { deflateSync } from 'node:zlib';
import { bombPng, chunk, pngOf } from './broken.ts';
import { makeTiffPages } from './tiff.ts';

/** What a poison is made from. */
export interface Sound {
  readonly jpeg: Buffer;
  readonly progressive: Buffer;
  readonly png: Buffer;
  readonly webp: Buffer;
  readonly avif: Buffer;
  readonly gif: Buffer;
  readonly tiff: Buffer;
}

/** Zeros, of which deflate leaves a thousandth. */
const packed = (megabytes: number): Buffer => deflateSync(Buffer.alloc(megabytes * 1e6), { level: 9 });

const edited = (bytes: Buffer, edit: (copy: Buffer) => unknown): Buffer => {
  const copy = Buffer.from(bytes);
  edit(copy);
  return copy;
};

/** A PNG with chunks put behind its header. */
function pngWith(png: Buffer, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);
}

const keyword = (name: string, ...rest: number[]): Buffer => Buffer.from([...Buffer.from(name), 0, ...rest]);

function pngs({ png }: Sound): Record<string, Buffer> {
  return {
    '40000-squared.png': bombPng(),
    'huge-header.png': pngOf([
      chunk('IHDR', Buffer.from([0x7f, 255, 255, 255, 0x7f, 255, 255, 255, 16, 6, 0, 0, 0])),
      chunk('IDAT', packed(1)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
    'million-empty-idats.png': Buffer.concat([
      png.subarray(0, 33),
      Buffer.alloc(12e6, chunk('IDAT', Buffer.alloc(0))),
      png.subarray(33),
    ]),
    'half.png': png.subarray(0, png.length >> 1),
  };
}

function jpegs({ jpeg, progressive }: Sound): Record<string, Buffer> {
  // The last scan, again and again: each is a walk over all of the picture.
  const scan = progressive.subarray(progressive.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  return {
    'scans.jpg': Buffer.concat([
      edited(progressive.subarray(0, -2), (copy) => {
        const start = copy.indexOf(Buffer.from([0xff, 0xc2]));
        copy.writeUInt16BE(8_000, start + 5);
        copy.writeUInt16BE(8_000, start + 7);
      }),
      ...Array.from({ length: 30_000 }, () => scan),
      progressive.subarray(-2),
    ]),
    'huge-header.jpg': edited(jpeg, (copy) => copy.writeUInt32BE(0xffffffff, frame + 5)),
    'segment-too-long.jpg': edited(jpeg, (copy) => copy.writeUInt16BE(0xffff, 4)),
    'segment-too-short.jpg': edited(jpeg, (copy) => copy.writeUInt16BE(0, 4)),
    'half.jpg': jpeg.subarray(0, jpeg.length >> 1),
  };
}

function tiffs({ tiff }: Sound): Record<string, Buffer> {
  const page = { width: 1, height: 1, pixels: Buffer.alloc(1) };
  const circle = makeTiffPages([page, page]);
  const first = circle.readUInt32LE(4);
  const second = circle.readUInt32LE(first + 2 + 12 * circle.readUInt16LE(first));
  // Directories of no more than a size, one behind the other.
  const many = Buffer.alloc(8 + 100_000 * 30);
  many.write('II*\0\x08\0\0\0', 'latin1');
  for (let at = 8; at < many.length; at += 30) {
    many.writeUInt16LE(2, at);
    many.set([0, 1, 4, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 1, 4, 0, 1, 0, 0, 0, 9, 0, 0, 0], at + 2);
    many.writeUInt32LE(at + 30 < many.length ? at + 30 : 0, at + 26);
  }
  return {
    '100000-pages.tif': many,
    'circle.tif': edited(circle, (copy) =>
      copy.writeUInt32LE(first, second + 2 + 12 * copy.readUInt16LE(second)),
    ),
    'huge-header.tif': makeTiffPages([{ ...page, width: 0xffffffff, height: 0xffffffff }]),
    'half.tif': tiff.subarray(0, tiff.length >> 1),
  };
}

function others({ gif, webp, avif }: Sound): Record<string, Buffer> {
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
  const head = Buffer.from('GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  const extent = avif.indexOf('ispe') + 8;
  return {
    'frames.gif': Buffer.concat([head, Buffer.alloc(150_000 * frame.length, frame), Buffer.from([0x3b])]),
    'huge-header.gif': edited(gif, (copy) => copy.writeUInt32LE(0xffffffff, 6)),
    'half.gif': gif.subarray(0, gif.length >> 1),
    'lies-of-its-size.webp': edited(webp, (copy) => copy.writeUInt32LE(0xfffffff0, 4)),
    'chunk-lies.webp': edited(webp, (copy) => copy.writeUInt32LE(0xffffffff, 16)),
    'half.webp': webp.subarray(0, webp.length >> 1),
    'huge-header.avif': edited(avif, (copy) => copy.fill(0x7f, extent, extent + 8)),
    'box-lies.avif': edited(avif, (copy) => copy.writeUInt32BE(0xfffffff0, 0)),
    'half.avif': avif.subarray(0, avif.length >> 1),
  };
}

const svg = (inside: string, attributes = 'width="64" height="64"', before = ''): Buffer =>
  Buffer.from(`${before}<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}</svg>`);

function drawings(): Record<string, Buffer> {
  const letters = 'a b c d e f g h i j'.split(' ');
  const laughs = letters.map((name, at) => {
    const before = letters[at - 1];
    return `<!ENTITY ${name} "${before === undefined ? 'ha' : `&${before};`.repeat(10)}">`;
  });
  const groups = letters.map((name, at) => {
    const before = letters[at - 1];
    return `<g id="${name}">${before === undefined ? '<rect width="9" height="9"/>' : `<use href="#${before}"/>`.repeat(10)}</g>`;
  });
  return {
    'billion-laughs.svg': svg('<text>&j;</text>', undefined, `<!DOCTYPE svg [${laughs.join('')}]>`),
    'nested-use.svg': svg(`<defs>${groups.join('')}</defs><use href="#j"/>`),
    'references.svg': svg('<use '.repeat(400_000)),
    'huge-header.svg': svg('', 'width="4000000" height="4000000"'),
  };
}

/** Each is to be refused, or to fail, whatever a recipe does with its pixels. */
export function harmful(sound: Sound): Readonly<Record<string, Buffer>> {
  return { ...pngs(sound), ...jpegs(sound), ...tiffs(sound), ...others(sound), ...drawings() };
}

/** Sound pictures with harm beside the pixels: they may be refused, or made without unpacking what is beside them. */
export function suspicious({ png }: Sound): Readonly<Record<string, Buffer>> {
  const bomb = packed(1_000);
  return {
    'iccp-bomb.png': pngWith(png, [chunk('iCCP', Buffer.concat([keyword('bomb', 0), bomb]))]),
    'ztxt-bomb.png': pngWith(png, [chunk('zTXt', Buffer.concat([keyword('bomb', 0), bomb]))]),
    'itxt-bomb.png': pngWith(png, [chunk('iTXt', Buffer.concat([keyword('bomb', 1, 0, 0, 0), bomb]))]),
    'texts.png': pngWith(png, [Buffer.alloc(50_000 * 21, chunk('tEXt', keyword('Comment', 0x61)))]),
  };
}
