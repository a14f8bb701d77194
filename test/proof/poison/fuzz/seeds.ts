/** Small sound files of every way in which the formats are coded: what the fuzz begins with. */
import type { ImageFormat } from '../../../../src/image/format.ts';
import { writeRaster } from '../../../../src/transform/tiff/exact/write.ts';
import * as photos from '../../../pictures/photos.ts';
import { makeTiffPages } from '../../../pictures/tiff.ts';

export interface SeedPicture {
  readonly name: string;
  readonly format: ImageFormat;
  readonly bytes: Buffer;
}

const size = { width: 40, height: 28 } as const;
const tiny = { width: 20, height: 16 } as const;

const makers: readonly (readonly [name: string, format: ImageFormat, make: () => Promise<Buffer>])[] = [
  ['jpeg', 'jpeg', () => photos.makeJpeg({ ...size, exif: true, profile: true })],
  ['jpeg-progressive', 'jpeg', () => photos.makeJpeg({ ...size, settings: { progressive: true } })],
  ['jpeg-grey', 'jpeg', () => photos.makeJpeg({ ...size, channels: 1, orientation: 6 })],
  ['jpeg-cmyk', 'jpeg', () => photos.makeCmykJpeg(size)],
  ['png', 'png', () => photos.makePng({ ...size, channels: 4, exif: true })],
  ['png-16', 'png', () => photos.makePng({ ...size, depth: 16, profile: true })],
  ['png-palette', 'png', () => photos.makePalettePng(size)],
  ['png-interlaced', 'png', () => photos.makePng({ ...size, settings: { progressive: true } })],
  ['webp', 'webp', () => photos.makeWebp({ ...size, exif: true, profile: true })],
  ['webp-lossless', 'webp', () => photos.makeWebp({ ...size, channels: 4, settings: { lossless: true } })],
  ['webp-animated', 'webp', () => photos.makeAnimatedWebp({ ...tiny, frames: 3 })],
  ['avif', 'avif', () => photos.makeAvif({ ...size, exif: true })],
  ['avif-alpha', 'avif', () => photos.makeAvif({ ...size, channels: 4 })],
  ['tiff-strips', 'tiff', () => photos.makeTiff({ ...size, exif: true })],
  [
    'tiff-tiles',
    'tiff',
    () =>
      photos.makeTiff({
        ...size,
        settings: { tile: true, tileWidth: 16, tileHeight: 16, compression: 'deflate' },
      }),
  ],
  ['tiff-jpeg', 'tiff', () => photos.makeTiff({ ...size, settings: { compression: 'jpeg' } })],
  ['tiff-cmyk', 'tiff', () => photos.makeCmykTiff(size)],
  ['tiff-pages', 'tiff', () => photos.makeTiffStack({ ...tiny, frames: 3 })],
  ['tiff-unequal', 'tiff', () => Promise.resolve(unequalPages())],
  ['tiff-floats', 'tiff', () => Promise.resolve(numbers('float', 'lzw', 3))],
  ['tiff-integers', 'tiff', () => Promise.resolve(numbers('uint', 'deflate', 2))],
  ['gif', 'gif', () => photos.makeGif(size)],
  ['gif-animated', 'gif', () => photos.makeAnimatedGif({ ...tiny, frames: 3 })],
  ['svg', 'svg', () => Promise.resolve(Buffer.from(drawing))],
];

const drawing = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg [<!ENTITY word "pipe">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="28" viewBox="0 0 80 56">
<defs><linearGradient id="a" x2="1"><stop stop-color="#084"/><stop offset="1" stop-color="#fb0"/></linearGradient>
<pattern id="b" width="9" height="9" patternUnits="userSpaceOnUse"><circle cx="4" cy="4" r="3"/></pattern>
<filter id="c"><feGaussianBlur stdDeviation="1.5"/><feOffset dx="2"/></filter>
<clipPath id="d"><path d="M4 4h60v40z"/></clipPath><g id="e"><ellipse cx="30" cy="20" rx="12" ry="7"/></g></defs>
<style>text { font-size: 9px }</style>
<rect width="80" height="56" fill="url(#a)"/><g clip-path="url(#d)" filter="url(#c)"><rect width="60" height="40" fill="url(#b)"/></g>
<use href="#e" transform="rotate(20) scale(1.2)"/><use xlink:href="#e" y="9" opacity=".4"/><text x="4" y="50">&word;</text></svg>`;

function unequalPages(): Buffer {
  const page = (width: number, height: number) => ({
    width,
    height,
    pixels: Buffer.alloc(width * height, 90),
  });
  return makeTiffPages([page(30, 20), page(9, 40)], { bigEndian: true, bigTiff: true });
}

function numbers(kind: 'float' | 'uint', packing: 'lzw' | 'deflate', predictor: 2 | 3): Buffer {
  const { width, height } = size;
  const data = Buffer.alloc(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const part = ((at * 37) % 100) / 100;
    if (kind === 'float') data.writeFloatLE(part, at * 4);
    else data.writeUInt32LE(Math.round(part * 4e9), at * 4);
  }
  const stored = { kind, bytes: 4, photometric: 1, channels: 1, alpha: 'none', orientation: 1 } as const;
  const tile = { width: 16, height: 16 };
  return writeRaster({ width, height, data }, stored, { packing, predictor, tile, planes: false });
}

export function makeSeeds(): Promise<SeedPicture[]> {
  return Promise.all(makers.map(async ([name, format, make]) => ({ name, format, bytes: await make() })));
}
