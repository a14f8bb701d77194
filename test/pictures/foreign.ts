/** Pictures in the formats that libvips does not read, from the same pixels as {@link makePixels}: written here, or by ImageMagick's codecs. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  ImageMagick,
  initializeImageMagick,
  MagickFormat,
  MagickReadSettings,
} from '@imagemagick/magick-wasm';
import { exr } from './exr.ts';
import { makeJpeg } from './photos.ts';
import { makePixels, type PixelOptions, type Pixels } from './pixels.ts';
import { nikon } from './raw.ts';

let ready: Promise<void> | undefined;

async function begin(): Promise<void> {
  const file = createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm');
  await initializeImageMagick(await readFile(file));
}

/** Written by ImageMagick with 8 bits a channel. */
export async function byMagick(
  format: 'Jxl' | 'Jp2' | 'Ico' | 'Exr',
  options: PixelOptions = {},
): Promise<Buffer> {
  ready ??= begin();
  await ready;
  const pixels = makePixels(options);
  const settings = new MagickReadSettings({ format: MagickFormat.Pam });
  return ImageMagick.read(pam(pixels), settings, (image) => {
    // Without loss, where there is a choice.
    image.quality = 100;
    return image.write(MagickFormat[format], (data) => Buffer.from(data));
  });
}

/** 16-bit samples in the order of Netpbm, FITS and Photoshop. */
function bigEndian({ data, depth }: Pixels): Buffer {
  return depth === 8 ? data : Buffer.from(data).swap16();
}

const tupleTypes = ['', 'GRAYSCALE', 'GRAYSCALE_ALPHA', 'RGB', 'RGB_ALPHA'] as const;

export function pam(pixels: Pixels): Buffer {
  const { width, height, channels, depth } = pixels;
  const head = `P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH ${channels}\nMAXVAL ${2 ** depth - 1}\nTUPLTYPE ${tupleTypes[channels]}\nENDHDR\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bigEndian(pixels)]);
}

/** PGM or PPM. */
export function pnm(pixels: Pixels): Buffer {
  const { width, height, channels, depth } = pixels;
  const head = `P${channels === 1 ? 5 : 6}\n# made for a test\n${width} ${height}\n${2 ** depth - 1}\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bigEndian(pixels)]);
}

/** 24 bits a pixel, from the lowest row up. */
export function bmp({ width, height, data }: Pixels): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + stride * height);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width * 3; x++) {
      const channel = x % 3;
      bytes[54 + (height - 1 - y) * stride + x] = data[y * width * 3 + x - channel + 2 - channel] ?? 0;
    }
  }
  return bytes;
}

/** One plane, from the lowest row up. */
export function fits({ width, height, depth, data }: Pixels, more: readonly string[] = []): Buffer {
  const cards = [
    'SIMPLE  =                    T',
    `BITPIX  =                   ${depth === 8 ? ' 8' : '16'}`,
    'NAXIS   =                    2',
    `NAXIS1  = ${String(width).padStart(20)}`,
    `NAXIS2  = ${String(height).padStart(20)}`,
    ...(depth === 16 ? ['BZERO   =              32768.0', 'BSCALE  =                  1.0'] : []),
    ...more,
    'END',
  ];
  const head = cards.map((line) => line.padEnd(80)).join('');
  const padded = head.padEnd(Math.ceil(head.length / 2880) * 2880);
  const stride = width * (depth / 8);
  const rows = Array.from({ length: height }, (_, y) =>
    data.subarray((height - 1 - y) * stride, (height - y) * stride),
  );
  const pixels = Buffer.concat(rows);
  if (depth === 16) {
    for (let at = 0; at < pixels.length; at += 2) pixels.writeInt16BE(pixels.readUInt16LE(at) - 32_768, at);
  }
  return Buffer.concat([
    Buffer.from(padded, 'latin1'),
    pixels,
    Buffer.alloc((2880 - (pixels.length % 2880)) % 2880),
  ]);
}

/** Explicit little-endian, of 8 bits or of `used` bits in 16. */
export function dicom(
  { width, height, channels, depth, data }: Pixels,
  {
    used = depth,
    syntax = '1.2.840.10008.1.2.1',
    photometric = channels === 1 ? 'MONOCHROME2' : 'RGB',
  }: { readonly used?: number; readonly syntax?: string; readonly photometric?: string } = {},
): Buffer {
  const short = (group: number, element: number, value: number) => {
    const bytes = Buffer.from([0, 0, 0, 0, 0x55, 0x53, 2, 0, 0, 0]);
    bytes.writeUInt16LE(group, 0);
    bytes.writeUInt16LE(element, 2);
    bytes.writeUInt16LE(value, 8);
    return bytes;
  };
  const text = (group: number, element: number, kind: string, value: string) => {
    const padded = value.length % 2 === 0 ? value : `${value}\0`;
    const head = Buffer.alloc(8);
    head.writeUInt16LE(group, 0);
    head.writeUInt16LE(element, 2);
    head.write(kind, 4, 'latin1');
    head.writeUInt16LE(padded.length, 6);
    return Buffer.concat([head, Buffer.from(padded, 'latin1')]);
  };
  const pixels = Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x57, 0, 0, 0, 0, 0, 0]);
  pixels.writeUInt32LE(data.length, 8);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    text(2, 0x10, 'UI', syntax),
    short(0x28, 2, channels),
    text(0x28, 4, 'CS', photometric),
    short(0x28, 0x10, height),
    short(0x28, 0x11, width),
    short(0x28, 0x100, depth),
    short(0x28, 0x101, used),
    short(0x28, 0x102, used - 1),
    short(0x28, 0x103, 0),
    pixels,
    data,
  ]);
}

/** A flattened document without layers; planes one after the other. */
export function psd(pixels: Pixels): Buffer {
  const { width, height, channels, depth } = pixels;
  const head = Buffer.alloc(40);
  head.write('8BPS');
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(channels, 12);
  head.writeUInt32BE(height, 14);
  head.writeUInt32BE(width, 18);
  head.writeUInt16BE(depth, 22);
  head.writeUInt16BE(channels < 3 ? 1 : 3, 24);
  const size = depth / 8;
  const samples = bigEndian(pixels);
  const planes = Array.from({ length: channels }, (_, channel) => {
    const plane = Buffer.alloc(width * height * size);
    for (let at = 0; at < width * height; at++) {
      const from = (at * channels + channel) * size;
      samples.copy(plane, at * size, from, from + size);
    }
    return plane;
  });
  return Buffer.concat([head, ...planes]);
}

/** 24 × 16 pixels from red to blue, coded by x265: no encoder for it is at hand everywhere. */
export const heic = Buffer.from(
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAACAA' +
    'AAEGlkYXQAAAAAABgAEAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHOAAEAAAAAAAAASwACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAV' +
    'aW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADVaXBycAAAALNpcGNvAAAAc2h2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQ' +
    'AYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACdCAQEDcAAAAwCQAAADAAADAB6gIIEFluqumubAgAAAAwCAAAADAIQiAAEABkQBwXPBiQAAABRpc3Bl' +
    'AAAAAAAAAEAAAABAAAAAFGlzcGUAAAAAAAAAGAAAABAAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAA' +
    'AOZGltZwACAAEAAQAAAFNtZGF0AAAARygBrwTyGoHGgHFoh2iWvsa/edpXPD4MFff1guzpfwD+kUby7qR2DHux7Hhq3JPzXNt6VMtas+o+X+hnDvKf8sro' +
    'KCX9YZVW',
  'base64',
);

/** The same, saying that it has 10 bits a channel. */
export function deepHeic(): Buffer {
  const deep = Buffer.from(heic);
  const at = deep.indexOf('pixi') + 9;
  return deep.fill(10, at, at + 3);
}

/** A small sound file of each. */
export const foreignMakers = {
  heic: () => Promise.resolve(heic),
  jxl: () => byMagick('Jxl', { width: 40, height: 28 }),
  jp2: () => byMagick('Jp2', { width: 40, height: 28 }),
  ico: () => byMagick('Ico', { width: 32, height: 32, channels: 4 }),
  psd: () => Promise.resolve(psd(makePixels({ width: 40, height: 28 }))),
  bmp: () => Promise.resolve(bmp(makePixels({ width: 40, height: 28 }))),
  pnm: () => Promise.resolve(pnm(makePixels({ width: 40, height: 28 }))),
  fits: () => Promise.resolve(fits(makePixels({ width: 40, height: 28, channels: 1, depth: 16 }))),
  dicom: () => Promise.resolve(dicom(makePixels({ width: 40, height: 28, channels: 1, depth: 16 }))),
  exr: () => Promise.resolve(exr(makePixels({ width: 40, height: 28 }))),
  raw: async () => nikon(await makeJpeg({ width: 40, height: 28 })),
} as const;
