/** Test pictures in every format that kuva reads, made by sharp from {@link makePixels}: deterministic by seed. */
import sharp, {
  type AvifOptions,
  type GifOptions,
  type JpegOptions,
  type PngOptions,
  type Sharp,
  type TiffOptions,
  type WebpOptions,
} from 'sharp';
import { makePixels, type PixelOptions, type Pixels } from './pixels.ts';

/** What a picture says about itself. */
export interface Description {
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number;
  /** Adds EXIF texts. */
  readonly exif?: boolean;
  /** Embeds a colour profile that is not sRGB. */
  readonly profile?: boolean;
  readonly xmp?: string;
}

type Options<Settings> = PixelOptions & Description & { readonly settings?: Settings };

/** About 130 kB at half a megapixel: what the tutorial's readers upload. */
export const snapshot = { width: 832, height: 624 } as const;
/** About 3.3 MB at 12 megapixels: what a camera makes. */
export const photograph = { width: 4000, height: 3000 } as const;

export function makeJpeg(
  options: Options<JpegOptions> & { readonly quality?: number } = {},
): Promise<Buffer> {
  const { quality = 85, settings } = options;
  return described(options)
    .jpeg({ quality, ...settings })
    .toBuffer();
}

export function makePng(options: Options<PngOptions> = {}): Promise<Buffer> {
  return described(options).png(options.settings).toBuffer();
}

export function makePalettePng(options: Options<PngOptions> = {}): Promise<Buffer> {
  return described(options)
    .png({ palette: true, colours: 32, ...options.settings })
    .toBuffer();
}

export function makeWebp(options: Options<WebpOptions> = {}): Promise<Buffer> {
  return described(options)
    .webp({ exact: true, ...options.settings })
    .toBuffer();
}

export function makeAvif(options: Options<AvifOptions> = {}): Promise<Buffer> {
  return described(options)
    .avif({ quality: 80, effort: 1, ...options.settings })
    .toBuffer();
}

export function makeTiff(options: Options<TiffOptions> = {}): Promise<Buffer> {
  return described(options)
    .tiff({ compression: 'lzw', ...options.settings })
    .toBuffer();
}

export function makeGif(options: Options<GifOptions> = {}): Promise<Buffer> {
  return described(options)
    .gif({ effort: 1, ...options.settings })
    .toBuffer();
}

export function makeCmykJpeg(options: Options<JpegOptions> = {}): Promise<Buffer> {
  return described(options)
    .toColourspace('cmyk')
    .jpeg({ quality: 90, ...options.settings })
    .toBuffer();
}

export function makeCmykTiff(options: Options<TiffOptions> = {}): Promise<Buffer> {
  return described(options)
    .toColourspace('cmyk')
    .tiff({ compression: 'lzw', ...options.settings })
    .toBuffer();
}

export interface AnimationOptions extends PixelOptions {
  readonly frames?: number;
  /** Milliseconds, one a frame. */
  readonly delay?: readonly number[];
  readonly loop?: number;
}

export function makeAnimatedGif(options: AnimationOptions = {}): Promise<Buffer> {
  return animation(options)
    .gif({ effort: 1, ...timing(options) })
    .toBuffer();
}

export function makeAnimatedWebp(
  options: AnimationOptions & { settings?: WebpOptions } = {},
): Promise<Buffer> {
  return animation(options)
    .webp({ exact: true, ...options.settings, ...timing(options) })
    .toBuffer();
}

/** A TIFF whose pages all have one size. */
export function makeTiffStack(options: AnimationOptions & { settings?: TiffOptions } = {}): Promise<Buffer> {
  return animation(options)
    .tiff({ compression: 'lzw', ...options.settings })
    .toBuffer();
}

export function fromPixels({ data, width, height, channels, depth }: Pixels, pageHeight = height): Sharp {
  const raw = { width, height, channels, pageHeight };
  if (depth === 8) return sharp(data, { raw }).toColourspace(channels < 3 ? 'b-w' : 'srgb');
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return sharp(samples, { raw }).toColourspace(channels < 3 ? 'grey16' : 'rgb16');
}

function described(options: PixelOptions & Description): Sharp {
  let image = fromPixels(makePixels(options));
  if (options.profile === true) image = image.withIccProfile('p3');
  if (options.orientation !== undefined) image = image.withMetadata({ orientation: options.orientation });
  if (options.exif === true) {
    image = image.withExifMerge({ IFD0: { Copyright: 'Kuvaputki', ImageDescription: 'A test picture' } });
  }
  if (options.xmp !== undefined) image = image.withXmp(options.xmp);
  return image;
}

function animation(options: AnimationOptions): Sharp {
  const { frames = 4, height = 64, seed = 1 } = options;
  const pages = Array.from({ length: frames }, (_, frame) =>
    makePixels({ ...options, height, seed: seed + frame }),
  );
  const [first] = pages;
  if (first === undefined) throw new Error('an animation needs a frame');
  const data = Buffer.concat(pages.map((page) => page.data));
  return fromPixels({ ...first, data: Buffer.from(data), height: height * frames }, height);
}

function timing({ frames = 4, delay, loop = 0 }: AnimationOptions): { delay: number[]; loop: number } {
  return { delay: [...(delay ?? Array.from({ length: frames }, (_, frame) => 100 + 20 * frame))], loop };
}
