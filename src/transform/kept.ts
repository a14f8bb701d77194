/** The encoding of an output that keeps its source's format: as much as possible like the source. */
import type { Metadata } from 'sharp';
import { formatNames, type ImageFormat } from '../image/format.ts';
import { avifSubsampling } from './avif/boxes.ts';
import { type Encoding, eightBits, withoutCmyk } from './encoding.ts';
import { chromaSubsampling, readJpegHeader } from './jpeg/header.ts';
import { jpegQuality } from './jpeg/quality.ts';
import { impossible } from './refusal.ts';
import { tiffSettings } from './tiff/settings.ts';
import { isLosslessWebp } from './webp/chunks.ts';

const white = '#ffffffff';

/** Lossy WebP and AVIF do not say how they were coded in a way that can be asked for again: high enough not to be seen. */
const unknownQuality = 90;

/** The encoder's own 4 takes minutes for a photograph at this quality. */
const avifEffort = 2;

/**
 * @param bytes the source; for a TIFF, the view that shows the page
 * @throws KuvaError `step-impossible` for a format that is read and never written
 */
export function keptEncoding(format: ImageFormat, bytes: Buffer, metadata: Metadata): Encoding {
  const common = { background: white, pages: 'all' } as const;
  switch (format) {
    case 'jpeg': {
      const header = readJpegHeader(bytes);
      const options = {
        quality: jpegQuality(header).quality,
        progressive: header.progressive,
        // As the source's encoder did: it makes the file 7 % smaller and takes twice the time (12 Mpx: 112 against 48 ms).
        optimiseCoding: header.optimised,
        // The encoder knows two ways; 4:2:2 and rarer ones are written with all colours rather than fewer.
        chromaSubsampling: chromaSubsampling(header) === '4:2:0' ? '4:2:0' : '4:4:4',
      };
      return { format, model: eightBits, write: (image) => image.jpeg(options), ...common };
    }
    case 'png': {
      const options = { progressive: metadata.isProgressive, adaptiveFiltering: true };
      return { format, model: withoutCmyk, write: (image) => image.png(options), ...common };
    }
    case 'webp': {
      const options = isLosslessWebp(bytes)
        ? { lossless: true, exact: true }
        : { quality: unknownQuality, alphaQuality: 100 };
      return { format, model: () => 'srgb', write: (image) => image.webp(options), ...common };
    }
    case 'avif': {
      const bits = metadata.bitsPerSample;
      const bitdepth = bits === 10 || bits === 12 ? bits : 8;
      const options = {
        quality: unknownQuality,
        effort: avifEffort,
        chromaSubsampling: avifSubsampling(bytes),
        bitdepth,
      } as const;
      return {
        format,
        model: (model) => (bitdepth > 8 && (model === 'rgb16' || model === 'grey16') ? 'rgb16' : 'srgb'),
        write: (image) => image.avif(options),
        ...common,
      };
    }
    case 'tiff': {
      const options = tiffSettings(bytes, metadata);
      return {
        format,
        model: (model) => model,
        write: (image, frame) => image.tiff(options(frame)),
        ...common,
      };
    }
    case 'gif':
      return {
        format,
        model: () => 'srgb',
        write: (image) => image.gif({ keepDuplicateFrames: true }),
        ...common,
      };
    case 'svg':
    case 'heic':
    case 'jxl':
    case 'jp2':
    case 'ico':
    case 'psd':
    case 'bmp':
    case 'pnm':
    case 'fits':
    case 'dicom':
    case 'exr':
    case 'raw':
      throw impossible(
        `The image is ${formatNames[format]}, which can be read but not written`,
        'Add a convert step to the recipe, such as convert: png.',
      );
  }
}
