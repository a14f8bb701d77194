/** The encoding that a convert step asks for. */
import type { StepOf } from '../image/steps.ts';
import { type Encoding, eightBits, withoutCmyk } from './encoding.ts';

const white = '#ffffffff';

export function convertedEncoding(step: StepOf<'convert'>): Encoding {
  switch (step.format) {
    case 'jpeg': {
      const { quality, progressive, chromaSubsampling, mozjpeg, background, pages } = step;
      return {
        format: 'jpeg',
        model: eightBits,
        write: (image) => image.jpeg({ quality, progressive, chromaSubsampling, mozjpeg }),
        background,
        pages,
      };
    }
    case 'png': {
      const { compressionLevel, adaptiveFiltering, progressive, palette, colours, dither, pages } = step;
      return {
        format: 'png',
        model: (model) => (palette ? eightBits(withoutCmyk(model)) : withoutCmyk(model)),
        write: (image) =>
          image.png({
            compressionLevel,
            adaptiveFiltering,
            progressive,
            ...(palette ? { palette, colours, dither } : {}),
          }),
        background: white,
        pages,
      };
    }
    case 'webp': {
      const { quality, alphaQuality, lossless, nearLossless, smartSubsample, effort } = step;
      return {
        format: 'webp',
        model: () => 'srgb',
        write: (image) =>
          // Exact keeps the colours of transparent pixels too.
          image.webp({
            quality,
            alphaQuality,
            lossless,
            nearLossless,
            smartSubsample,
            effort,
            exact: lossless,
          }),
        background: white,
        pages: 'all',
      };
    }
    case 'avif': {
      const { quality, lossless, effort, chromaSubsampling, bitdepth, pages } = step;
      return {
        format: 'avif',
        model: (model) => (bitdepth > 8 && (model === 'rgb16' || model === 'grey16') ? 'rgb16' : 'srgb'),
        write: (image) => image.avif({ quality, lossless, effort, chromaSubsampling, bitdepth }),
        background: white,
        pages,
      };
    }
    case 'tiff': {
      const { compression, quality, predictor, tile } = step;
      return {
        format: 'tiff',
        model: (model) => (compression === 'jpeg' ? eightBits(model) : model),
        write: (image, { resolution }) =>
          image.tiff({
            compression,
            quality,
            predictor,
            ...(tile ? { tile, tileWidth: 256, tileHeight: 256 } : {}),
            ...(resolution === undefined ? {} : { xres: resolution, yres: resolution }),
          }),
        background: white,
        pages: 'all',
      };
    }
    case 'gif': {
      const { colours, dither, effort } = step;
      return {
        format: 'gif',
        model: () => 'srgb',
        write: (image) => image.gif({ colours, dither, effort, keepDuplicateFrames: true }),
        background: white,
        pages: 'all',
      };
    }
  }
}
