/** What the pipeline needs of the transform: look at an image's header, say what it costs, make the outputs. */
import type { ImageFormat } from '../image/format.ts';
import type { Preview } from '../image/preview.ts';
import type { Facts } from '../image/facts.ts';
import type { Recipe } from '../image/recipe.ts';
import type { Way } from '../image/way.ts';
import type { ReadingProgram } from './limits.ts';
import type { InRows } from './tiff/streamed.ts';

/** What the header says, read without decoding any pixel. */
export interface ImageFacts {
  readonly format: ImageFormat;
  /** Pixels, of one page, before any EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Pages of a TIFF, frames of an animation; 1 otherwise. */
  readonly pages: number;
  /** Bits a channel. */
  readonly depth: number;
  readonly channels: number;
  readonly hasAlpha: boolean;
  /** Pixels of the largest page, where that is not the first. */
  readonly largestPage?: number;
  /** What the file says about itself, as far as rules ask for it: `make`, `model`, `software`, `artist`, `description`. */
  readonly tags?: Readonly<Record<string, string>>;
  /** A JPEG whose coefficients need not all be in memory at once, neither to read it nor to write one like it. */
  readonly rowByRow?: true;
  /** A TIFF of which a row of tiles or a strip is in memory at a time while it is negated. */
  readonly inRows?: InRows;
  /** A TIFF of 32-bit integers, signed or floating-point numbers, or L*a*b*: its samples are moved and negated by kuva itself, and never rounded. */
  readonly exact?: true;
  /** The program of the machine that reads it, where kuva itself does not. */
  readonly reader?: { readonly program: ReadingProgram; readonly version: string };
}

export interface MadeImage {
  /** The name of the recipe's output that this is. */
  readonly output: string;
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
  /** MIME type. */
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  readonly pages: number;
  readonly how: Way;
  /** What its steps measured, where they did. */
  readonly facts?: Facts;
  /** Lower-case hexadecimal, of these bytes in this memory, where they were hashed as they were made. */
  readonly sha256?: string;
  /**
   * To be called when nobody needs the bytes of any output of this image any more, so that their memory is used again. May be
   * left out.
   */
  readonly release?: () => void;
}

export interface Transformer {
  /**
   * Reads the header and checks it against the limits.
   * @throws KuvaError `not-an-image`, `format-unsupported`, `image-damaged`, `image-too-large`
   */
  inspect(bytes: Uint8Array, signal?: AbortSignal): Promise<ImageFacts>;

  /** Bytes of memory that `apply` may need at its peak, beside the input itself: a bound, not a guess. */
  weigh(facts: ImageFacts, recipe: Recipe): number;

  /**
   * Decodes once and makes every output of the recipe, in its order. The same input, recipe and version of the
   * program give the same bytes.
   * @param key of the object, for the steps of the recipe's owner
   * @throws KuvaError `image-damaged`, `step-impossible`, `transform-timeout`, `transform-failed`; `step-failed`,
   *   `step-rejected`, `step-unavailable` with own steps
   */
  apply(
    bytes: Uint8Array,
    facts: ImageFacts,
    recipe: Recipe,
    signal?: AbortSignal,
    key?: string,
  ): Promise<MadeImage[]>;
}

/** Draws small pictures for people. Apart from the {@link Transformer}: nothing that is kept depends on it. */
export interface PreviewMaker {
  /**
   * Draws the first page or frame.
   * @param room bytes of memory that it may take, beside the input
   * @throws KuvaError `not-an-image`, `format-unsupported`, `image-damaged`, `image-too-large`, `transform-timeout`
   */
  preview(bytes: Uint8Array, room: number, signal?: AbortSignal): Promise<Preview>;
}
