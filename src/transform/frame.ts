/** One picture on its way through the steps: a page, a frame, or the only one. */
import type { Metadata } from 'sharp';
import { unsupported } from './refusal.ts';

/** How colours are stored, by libvips' names. CMYK has 8 or 16 bits, the others say it in their name. */
export const colourModels = ['b-w', 'srgb', 'grey16', 'rgb16', 'cmyk'] as const;
export type ColourModel = (typeof colourModels)[number];

export interface Frame {
  /** A file that libvips reads: the source's own, or an intermediate one without loss. */
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly model: ColourModel;
  readonly hasAlpha: boolean;
  readonly hasProfile: boolean;
  /** EXIF orientation, 1 to 8; 1 is upright. */
  readonly orientation: number;
  /** Pixels a millimetre, where the file says it. */
  readonly resolution: number | undefined;
}

const channelsOf = { 'b-w': 1, grey16: 1, srgb: 3, rgb16: 3, cmyk: 4 } as const satisfies Record<
  ColourModel,
  number
>;

/**
 * The frame that a file's header describes.
 * @throws KuvaError `format-unsupported` for pixels other than grey, RGB or CMYK of 8 or 16 bits
 */
export function frameOf(bytes: Buffer, metadata: Metadata): Frame {
  const { width, height, channels, depth, hasAlpha, hasProfile, orientation, density } = metadata;
  const model = colourModels.find((each) => each === metadata.space);
  const remedy = 'Save it as grey, RGB or CMYK with 8 or 16 bits a channel, and upload that.';
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw unsupported(`The image has pixels of an unusual type (${depth})`, remedy);
  }
  if (model === undefined)
    throw unsupported(`The image stores colours in an unusual way (${metadata.space})`, remedy);
  if (channels - (hasAlpha ? 1 : 0) !== channelsOf[model]) {
    throw unsupported(
      `The image has ${channels} channels, which is more than colours and transparency`,
      remedy,
    );
  }
  return {
    bytes,
    width,
    height,
    model,
    hasAlpha,
    hasProfile,
    orientation: orientation ?? 1,
    resolution: density === undefined ? undefined : density / 25.4,
  };
}

/** The grey or RGB model of as many bits. CMYK becomes RGB of 8. */
export function rgbModel(model: ColourModel): Exclude<ColourModel, 'cmyk'> {
  return model === 'cmyk' ? 'srgb' : model;
}

export function channelCount(model: ColourModel, hasAlpha: boolean): number {
  return channelsOf[model] + (hasAlpha ? 1 : 0);
}
