/** A small picture of an image, for people to look at. Made by kuva itself: never the bytes that somebody brought. */

/** What was put in, and what was made of it. */
export const previewSides = ['before', 'after'] as const;
export type PreviewSide = (typeof previewSides)[number];

/** Pixels of a preview's longer side, at most. */
export const previewSize = 640;

/**
 * How many pixels of the **preview** have each value, 0 to 255, by channel: the shape is the image's, the counts are
 * not. In sRGB with 8 bits, whatever the image has; pixels that are fully transparent are not counted.
 */
export type Histogram =
  | { readonly grey: readonly number[] }
  | { readonly r: readonly number[]; readonly g: readonly number[]; readonly b: readonly number[] };

export interface Preview {
  /** A WebP in sRGB, upright; of an animation or a TIFF of several pages, the first. */
  readonly bytes: Uint8Array;
  /** Pixels, of the preview. */
  readonly width: number;
  readonly height: number;
  readonly histogram: Histogram;
}

export interface KeptPreview extends Preview {
  /** SHA-256, in hexadecimal, of the object that it shows. */
  readonly sourceSha256: string;
}
