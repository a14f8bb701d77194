/** One picture of each way of storing one: format, bits, colours, pages. What kuva makes of them is in docs/formats.md. */
import { exr } from '../pictures/exr.ts';
import * as foreign from '../pictures/foreign.ts';
import * as photos from '../pictures/photos.ts';
import { makePixels, type Pixels } from '../pictures/pixels.ts';
import { nikon } from '../pictures/raw.ts';
import { makeTiffPages } from '../pictures/tiff.ts';
import { deepHeic, deepJp2, deepJxl } from './deep.ts';
import { generate } from './imagemagick.ts';

export interface FormatKind {
  readonly format: string;
  readonly bits: string;
  readonly colours: string;
  readonly pages?: string;
  readonly make: () => Buffer | Promise<Buffer>;
  /** The name by which ImageMagick reads it, where Debian's does. */
  readonly magick?: string;
}

const plasma = ['-seed', '7', '-size', '96x64', 'plasma:'];
const byMagick = (...settings: string[]) => generate([...plasma, ...settings]);
const grey = (bits: string) => ['-colorspace', 'Gray', '-depth', bits];
const greyPng = (bits: string) => [
  '-define',
  'png:color-type=0',
  '-define',
  `png:bit-depth=${bits}`,
  'png:-',
];

const models = { 1: 'grey', 2: 'grey, alpha', 3: 'RGB', 4: 'RGB, alpha' } as const;
const all = ([1, 2, 3, 4] as const).flatMap((channels) =>
  ([8, 16] as const).map((depth) => ({ channels, depth })),
);

/** The same way of storing in several models and depths. */
function inAll(
  about: Pick<FormatKind, 'format' | 'magick'>,
  options: readonly { readonly channels: 1 | 2 | 3 | 4; readonly depth: 8 | 16 }[],
  make: (one: (typeof options)[number]) => Buffer | Promise<Buffer>,
): FormatKind[] {
  return options.map((one) => ({
    ...about,
    bits: `${one.depth}`,
    colours: models[one.channels],
    make: () => make(one),
  }));
}

const clear = all.filter(({ channels }) => channels === 2 || channels === 4);
const opaque = all.filter(({ channels }) => channels === 1 || channels === 3);
const greys = all.filter(({ channels }) => channels === 1);
const small = { width: 12, height: 9 } as const;

const [across, down] = [small.width, small.height];

/** From nothing to all that there is. */
function greyTiff(sampleFormat: 1 | 3): Buffer {
  const pixels = Buffer.alloc(across * down * 4);
  for (let at = 0; at < across * down; at++) {
    const part = at / (across * down - 1);
    if (sampleFormat === 3) pixels.writeFloatLE(part, at * 4);
    else pixels.writeUInt32LE(Math.round(part * 0xffff_ffff), at * 4);
  }
  return makeTiffPages([{ ...small, depth: 32, sampleFormat, pixels }]);
}

function labTiff(): Buffer {
  const pixels = Buffer.from(Array.from({ length: across * down * 3 }, (_, at) => (at * 37) % 256));
  return makeTiffPages([{ ...small, samples: 3, photometric: 8, pixels }]);
}

const ofPixels = (write: (pixels: Pixels) => Buffer) => (one: (typeof all)[number]) => write(makePixels(one));

const jpegs: readonly FormatKind[] = [
  { format: 'JPEG', bits: '8', colours: 'grey', magick: 'jpg', make: () => photos.makeJpeg({ channels: 1 }) },
  { format: 'JPEG', bits: '8', colours: 'YCbCr', magick: 'jpg', make: () => photos.makeJpeg() },
  {
    format: 'JPEG, progressive',
    bits: '8',
    colours: 'YCbCr',
    magick: 'jpg',
    make: () => photos.makeJpeg({ settings: { progressive: true } }),
  },
  { format: 'JPEG', bits: '8', colours: 'CMYK', magick: 'jpg', make: () => photos.makeCmykJpeg() },
];

const pngs: readonly FormatKind[] = [
  ...['1', '2', '4'].map((bits) => ({
    format: 'PNG',
    bits,
    colours: 'grey',
    magick: 'png',
    make: () => byMagick(...grey(bits), ...greyPng(bits)),
  })),
  { format: 'PNG', bits: '8', colours: 'palette', magick: 'png', make: () => photos.makePalettePng() },
  ...inAll({ format: 'PNG', magick: 'png' }, all, (one) => photos.makePng(one)),
];

const tiff = { format: 'TIFF', magick: 'tiff' } as const;

const tiffs: readonly FormatKind[] = [
  { ...tiff, bits: '1', colours: 'grey', make: () => byMagick('-monochrome', 'tiff:-') },
  ...['2', '4'].map((bits) => ({
    ...tiff,
    bits,
    colours: 'grey',
    make: () => byMagick(...grey(bits), 'tiff:-'),
  })),
  {
    ...tiff,
    bits: '8',
    colours: 'palette',
    make: () => byMagick('-colors', '16', '-type', 'Palette', 'tiff:-'),
  },
  ...inAll(tiff, all, (one) => photos.makeTiff(one)),
  { ...tiff, bits: '8', colours: 'CMYK', make: () => photos.makeCmykTiff() },
  {
    ...tiff,
    bits: '16',
    colours: 'CMYK',
    make: () => byMagick('-colorspace', 'CMYK', '-depth', '16', 'tiff:-'),
  },
  { ...tiff, bits: '8', colours: 'RGB', pages: 'several', make: () => photos.makeTiffStack() },
  {
    format: 'TIFF, tiled',
    magick: 'tiff',
    bits: '8',
    colours: 'RGB',
    make: () => photos.makeTiff({ settings: { tile: true, tileWidth: 32, tileHeight: 32 } }),
  },
  {
    format: 'TIFF, JPEG inside',
    magick: 'tiff',
    bits: '8',
    colours: 'RGB',
    make: () => photos.makeTiff({ settings: { compression: 'jpeg', quality: 90 } }),
  },
  {
    format: 'BigTIFF',
    magick: 'tiff64',
    bits: '8',
    colours: 'RGB',
    make: () => byMagick('-depth', '8', 'tiff64:-'),
  },
  { ...tiff, bits: '8', colours: 'Lab', make: labTiff },
  { ...tiff, bits: '32, integer', colours: 'grey', make: () => greyTiff(1) },
  { ...tiff, bits: '32, floating-point', colours: 'grey', make: () => greyTiff(3) },
];

const webs: readonly FormatKind[] = [
  {
    format: 'WebP, lossless',
    bits: '8',
    colours: 'RGB',
    magick: 'webp',
    make: () => photos.makeWebp({ settings: { lossless: true } }),
  },
  {
    format: 'WebP, lossless',
    bits: '8',
    colours: 'RGB, alpha',
    magick: 'webp',
    make: () => photos.makeWebp({ channels: 4, settings: { lossless: true } }),
  },
  { format: 'WebP, lossy', bits: '8', colours: 'YCbCr', magick: 'webp', make: () => photos.makeWebp() },
  {
    format: 'WebP, lossless',
    bits: '8',
    colours: 'RGB',
    pages: 'animation',
    make: () => photos.makeAnimatedWebp({ settings: { lossless: true } }),
  },
  ...([8, 10, 12] as const).map((bitdepth) => ({
    format: 'AVIF',
    bits: `${bitdepth}`,
    colours: 'YCbCr',
    make: () => photos.makeAvif({ depth: bitdepth === 8 ? 8 : 16, settings: { bitdepth } }),
  })),
  { format: 'GIF', bits: '8', colours: 'palette', magick: 'gif', make: () => photos.makeGif() },
  {
    format: 'GIF',
    bits: '8',
    colours: 'palette',
    pages: 'animation',
    magick: 'gif',
    make: () => photos.makeAnimatedGif(),
  },
  {
    format: 'SVG',
    bits: '8',
    colours: 'RGB, alpha',
    make: () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  },
];

const foreigners: readonly FormatKind[] = [
  { format: 'HEIC', bits: '8', colours: 'YCbCr', magick: 'heic', make: () => foreign.heic },
  { format: 'HEIC ²', bits: '10', colours: 'YCbCr', make: async () => (await deepHeic(10)).file },
  { format: 'JPEG XL', bits: '8', colours: 'RGB', make: () => foreign.byMagick('Jxl') },
  {
    format: 'JPEG XL',
    bits: '8',
    colours: 'RGB, alpha',
    make: () => foreign.byMagick('Jxl', { channels: 4 }),
  },
  { format: 'JPEG XL ²', bits: '16', colours: 'RGB', make: async () => (await deepJxl()).file },
  { format: 'JPEG 2000', bits: '8', colours: 'RGB', magick: 'jp2', make: () => foreign.byMagick('Jp2') },
  {
    format: 'JPEG 2000 ²',
    bits: '16',
    colours: 'RGB',
    magick: 'jp2',
    make: async () => (await deepJp2(16)).file,
  },
  {
    format: 'ICO',
    bits: '8',
    colours: 'RGB, alpha',
    magick: 'ico',
    make: () => foreign.byMagick('Ico', { width: 32, height: 32, channels: 4 }),
  },
  ...inAll({ format: 'PSD', magick: 'psd' }, opaque, ofPixels(foreign.psd)),
  {
    format: 'PSD',
    bits: '8',
    colours: 'CMYK',
    magick: 'psd',
    make: () => byMagick('-colorspace', 'CMYK', '-depth', '8', 'psd:-'),
  },
  { format: 'BMP', bits: '8', colours: 'RGB', magick: 'bmp', make: () => foreign.bmp(makePixels()) },
  {
    format: 'BMP',
    bits: '8',
    colours: 'palette',
    magick: 'bmp',
    make: () => byMagick('-colors', '64', '-type', 'Palette', '-compress', 'None', 'bmp3:-'),
  },
  {
    format: 'PNM (PBM)',
    bits: '1',
    colours: 'grey',
    magick: 'pbm',
    make: () => byMagick('-monochrome', 'pbm:-'),
  },
  ...inAll({ format: 'PNM (PGM, PPM)', magick: 'pnm' }, opaque, ofPixels(foreign.pnm)),
  ...inAll({ format: 'PNM (PAM)', magick: 'pam' }, clear, ofPixels(foreign.pam)),
  {
    format: 'PFM',
    bits: '32, floating-point',
    colours: 'RGB',
    make: () => Buffer.from('PF\n1 1\n-1.0\n'),
  },
  ...inAll({ format: 'FITS', magick: 'fits' }, greys, ofPixels(foreign.fits)),
  ...inAll({ format: 'DICOM, uncompressed' }, greys, ofPixels(foreign.dicom)),
  {
    format: 'DICOM, uncompressed',
    bits: '8',
    colours: 'RGB',
    make: () => foreign.dicom(makePixels()),
  },
  {
    format: 'DICOM, compressed',
    bits: '16',
    colours: 'grey',
    make: () => foreign.dicom(makePixels({ channels: 1 }), { syntax: '1.2.840.10008.1.2.4.90' }),
  },
  {
    format: 'EXR ¹',
    bits: '16, floating-point',
    colours: 'RGB',
    make: () => exr(makePixels()),
  },
  {
    format: 'EXR ¹',
    bits: '32, floating-point',
    colours: 'RGB, alpha',
    make: () => exr(makePixels({ channels: 4 }), { float: true }),
  },
  {
    format: 'Camera raw ¹',
    bits: '8, of its preview',
    colours: 'YCbCr',
    make: async () => nikon(await photos.makeJpeg()),
  },
];

export const formatKinds: readonly FormatKind[] = [...jpegs, ...pngs, ...tiffs, ...webs, ...foreigners];
