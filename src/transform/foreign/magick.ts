/** ImageMagick as WebAssembly (`@imagemagick/magick-wasm`), for what needs a real codec. Loaded when the first such file comes. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { IMagickImage } from '@imagemagick/magick-wasm';
import { KuvaError } from '../../image/failure.ts';
import { damaged, unsupported } from '../refusal.ts';
import { translated } from '../translation.ts';
import { uprightExif } from './exif.ts';
import type { ForeignHeader, Picture } from './contract.ts';

type Magick = typeof import('@imagemagick/magick-wasm');

let loading: Promise<Magick> | undefined;

/** 0.4 s of compiling and 60 MB, which a program that never meets such a file does not pay. */
function loadMagick(): Promise<Magick> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Magick> {
  const magick = await import('@imagemagick/magick-wasm');
  const file = createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm');
  const files = magick.ConfigurationFiles.default;
  files.policy.data = policy;
  await magick.initializeImageMagick(await readFile(file), files);
  return magick;
}

/** Pixels a side by which what is decoded may exceed the picture: it is put together of whole tiles. */
const tile = 1_024;

/**
 * Nothing but the formats that it is here for; an icon may hold a PNG or a BMP. Paths are left to it: its decoder for HEIC
 * puts what it was given into a file first, and the files that it sees are in its own memory (Emscripten's MEMFS), none of
 * this machine's.
 */
const policy = `<policymap>
  <policy domain="delegate" rights="none" pattern="*" />
  <policy domain="filter" rights="none" pattern="*" />
  <policy domain="path" rights="none" pattern="@*" />
  <policy domain="coder" rights="none" pattern="*" />
  <policy domain="coder" rights="read" pattern="{HEIC,JP2,J2K,JXL,ICO,ICON,DIB,BMP,PNG}" />
</policymap>`;

/**
 * It comes with 8 bits a channel, and would cut off the rest without a word: what has up to 16 is left to a program of the machine.
 * @throws KuvaError `format-unsupported` for more
 */
export function depthOf(
  bits: number,
  what: string,
  float = false,
): Pick<ForeignHeader, 'depth' | 'bits' | 'beyond'> {
  if (bits <= 8) return { depth: 8 };
  const beyond = `The ${what} has ${bits} bits a channel${float ? ', floating-point' : ''}, and the decoder for it keeps 8`;
  if (float || bits > 16) throw unsupported(beyond, saveIt);
  return { depth: 16, bits, beyond };
}

export const saveIt = 'Save it as a TIFF or PNG of 16 bits, or with 8 bits a channel, and upload that.';

/**
 * Decodes all pages, turned upright where the file says so.
 * @throws KuvaError `image-damaged`; also when what comes is not what the header said
 */
export async function decodeByMagick(
  format: 'HEIC' | 'JXL' | 'JP2' | 'J2K' | 'ICO',
  bytes: Buffer,
  header: ForeignHeader,
): Promise<Picture[]> {
  const magick = await loadMagick();
  const sides = header.pages.flatMap(({ width, height }) => [width, height]);
  const longest = BigInt(Math.max(...sides) + tile);
  magick.ResourceLimits.width = longest;
  magick.ResourceLimits.height = longest;
  const settings = new magick.MagickReadSettings({ format: magick.MagickFormat[magickNames[format]] });
  try {
    return magick.ImageMagick.readCollection(bytes, settings, (pages) => {
      if (pages.length !== header.pages.length)
        throw damaged(
          `The image says that it has ${header.pages.length} pages, and ${pages.length} were found`,
        );
      const odd = pages.find(
        ({ colorSpace }) => !spaces.some((space) => magick.ColorSpace[space] === colorSpace),
      );
      if (odd !== undefined)
        throw unsupported(
          'The image stores colours in an unusual way',
          'Save it as grey or RGB, and upload that.',
        );
      return pages.map((page, index) => pictureOf(page, header.pages[index]));
    });
  } catch (thrown) {
    if (thrown instanceof KuvaError) throw thrown;
    // After anything but an error of its own, what it has in memory is not to be trusted: the next image gets a new one.
    if (!(thrown instanceof magick.MagickError)) loading = undefined;
    if (!(thrown instanceof Error)) throw thrown;
    // Behind its message it says where in its memory the file lay, and which line of its source found the fault.
    const message = thrown.message.replace(/\s*`[^]*$/, '').trim();
    throw translated(new Error(message, { cause: thrown }), 'image-damaged');
  }
}

/** Colours that go on as they are. */
const spaces = ['sRGB', 'Gray'] as const;

const magickNames = { HEIC: 'Heic', JXL: 'Jxl', JP2: 'Jp2', J2K: 'J2k', ICO: 'Ico' } as const;

function pictureOf(page: IMagickImage, said: ForeignHeader['pages'][number] | undefined): Picture {
  page.autoOrient();
  const { width, height, hasAlpha } = page;
  const turned = width === said?.height && height === said.width;
  if (!turned && (width !== said?.width || height !== said.height))
    throw damaged(
      `The image says ${said?.width ?? 0} × ${said?.height ?? 0} pixels, and has ${width} × ${height}`,
    );
  const grey = page.channelCount < 3;
  const mapping = grey ? 'I' : 'RGB';
  const data = page.getPixels((pixels) =>
    pixels.toByteArray(0, 0, width, height, hasAlpha ? `${mapping}A` : mapping),
  );
  if (data === null) throw damaged('The image has no pixels');
  const profile = page.getProfile('icc')?.data;
  const exif = page.getProfile('exif')?.data;
  const xmp = page.getProfile('xmp')?.data;
  return {
    width,
    height,
    channels: grey ? (hasAlpha ? 2 : 1) : hasAlpha ? 4 : 3,
    depth: 8,
    data: Buffer.from(data),
    ...(profile && { profile: Buffer.from(profile) }),
    ...(exif && { exif: uprightExif(Buffer.from(exif)) }),
    ...(xmp && { xmp: Buffer.from(xmp) }),
  };
}
