/** The pictures that are compared: ways of storing one, each with several contents; and pieces of photographs. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { findPhotographs } from '../../../bench/photographs.ts';
import * as foreign from '../../pictures/foreign.ts';
import * as photos from '../../pictures/photos.ts';
import { makePixels, type Pixels, type PixelOptions } from '../../pictures/pixels.ts';

export interface AgreementKind {
  readonly name: string;
  /** The name by which ImageMagick reads it. */
  readonly magick: string;
  readonly channels: 1 | 2 | 3 | 4;
  readonly depth: 8 | 16;
  /** Whether Pillow reads it with all its bits. */
  readonly pillow: boolean;
  readonly files: readonly string[];
}

export const size = { width: 48, height: 32 } as const;

/** Contents of each kind. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9];

type Channels = 1 | 2 | 3 | 4;
type Maker = (options: PixelOptions) => Buffer | Promise<Buffer>;
const ofPixels = (write: (pixels: Pixels) => Buffer) => (options: PixelOptions) => write(makePixels(options));

const ways: readonly {
  readonly magick: string;
  readonly channels: readonly Channels[];
  readonly depths: readonly (8 | 16)[];
  readonly make: Maker;
  readonly pillow?: true;
}[] = [
  { magick: 'png', channels: [1, 2, 3, 4], depths: [8, 16], make: photos.makePng, pillow: true },
  { magick: 'tiff', channels: [1, 2, 3, 4], depths: [8, 16], make: photos.makeTiff, pillow: true },
  { magick: 'pam', channels: [1, 2, 3, 4], depths: [8, 16], make: ofPixels(foreign.pam) },
  { magick: 'psd', channels: [1, 3], depths: [8, 16], make: ofPixels(foreign.psd) },
  { magick: 'fits', channels: [1], depths: [8, 16], make: ofPixels(foreign.fits) },
  { magick: 'bmp', channels: [3], depths: [8], make: ofPixels(foreign.bmp), pillow: true },
  {
    magick: 'webp',
    channels: [3, 4],
    depths: [8],
    make: (options) => photos.makeWebp({ ...options, settings: { lossless: true } }),
    pillow: true,
  },
  { magick: 'jpeg', channels: [1, 3], depths: [8], make: photos.makeJpeg, pillow: true },
];

/** Writes all of them into a folder. */
export async function writeKinds(folder: string): Promise<AgreementKind[]> {
  const kinds: AgreementKind[] = [];
  for (const { magick, channels, depths, make, pillow = false } of ways) {
    for (const count of channels) {
      for (const depth of depths) {
        const name = `${magick}-${count}-${depth}`;
        const pictures = await Promise.all(
          seeds.map(async (seed) => make({ ...size, channels: count, depth, seed })),
        );
        const files = await writeAll(join(folder, name), magick, pictures);
        kinds.push({ name, magick, channels: count, depth, pillow: pillow && depth === 8, files });
      }
    }
  }
  const pieces = await photographs();
  const files = await writeAll(join(folder, 'photographs'), 'png', pieces);
  if (files.length > 0)
    kinds.push({ name: 'photographs', magick: 'png', channels: 3, depth: 8, pillow: true, files });
  return kinds;
}

async function writeAll(folder: string, extension: string, pictures: readonly Buffer[]): Promise<string[]> {
  await mkdir(folder);
  return Promise.all(
    pictures.map(async (bytes, index) => {
      const file = join(folder, `${index}.${extension}`);
      await writeFile(file, bytes);
      return file;
    }),
  );
}

/** One piece of each photograph, from its middle. */
async function photographs(): Promise<Buffer[]> {
  const found = await findPhotographs();
  return Promise.all(
    (found?.all ?? []).map(async (path) => {
      const whole = await readFile(path);
      const { width, height } = await sharp(whole).metadata();
      const [left, top] = [Math.floor((width - size.width) / 2), Math.floor((height - size.height) / 2)];
      return sharp(whole, { ignoreIcc: true })
        .extract({ left, top, ...size })
        .png()
        .toBuffer();
    }),
  );
}
