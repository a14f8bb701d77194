/** How a result is written. */
import type { Sharp } from 'sharp';
import type { ImageFormat } from '../image/format.ts';
import type { ConvertFormat } from '../image/settings/convert.ts';
import type { ColourModel, Frame } from './frame.ts';

export interface Encoding {
  readonly format: ConvertFormat;
  /** The colour model that the format stores an image of this one in. */
  model(model: ColourModel): ColourModel;
  /** Sets the encoder; for one page, or for a whole animation. */
  write(image: Sharp, frame: Frame): Sharp;
  /** Colour behind transparency, for a format that has none. */
  readonly background: string;
  /** What becomes of further pages where the format holds one. */
  readonly pages: 'all' | 'first';
}

interface FormatTraits {
  /** several: pages of any size; animation: frames of one size; one: a single picture. */
  readonly pages: 'several' | 'animation' | 'one';
  readonly profile: boolean;
  readonly cmyk: boolean;
  readonly alpha: boolean;
  /** Whether it can say which way up it is; AVIF does so by a transform of its own, which readers apply. */
  readonly orientation: boolean;
}

/** What each format that is written can hold, as libvips writes it. */
export const formatTraits = {
  jpeg: { pages: 'one', profile: true, cmyk: true, alpha: false, orientation: true },
  png: { pages: 'one', profile: true, cmyk: false, alpha: true, orientation: true },
  webp: { pages: 'animation', profile: true, cmyk: false, alpha: true, orientation: true },
  avif: { pages: 'one', profile: true, cmyk: false, alpha: true, orientation: false },
  tiff: { pages: 'several', profile: true, cmyk: true, alpha: true, orientation: true },
  gif: { pages: 'animation', profile: false, cmyk: false, alpha: true, orientation: false },
} as const satisfies Record<ConvertFormat, FormatTraits>;

export function isWritten(format: ImageFormat): format is ConvertFormat {
  return Object.hasOwn(formatTraits, format);
}

/** 8 bits a channel, grey and CMYK as they are. */
export function eightBits(model: ColourModel): ColourModel {
  if (model === 'grey16') return 'b-w';
  return model === 'rgb16' ? 'srgb' : model;
}

/** Grey and RGB as they are; CMYK becomes RGB. */
export function withoutCmyk(model: ColourModel): ColourModel {
  return model === 'cmyk' ? 'srgb' : model;
}
