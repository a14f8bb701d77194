/**
 * What a module of one's own is written against: `import type { StepFunction } from 'kuvaputki/step'`.
 *
 * A `module:` step of a recipe calls a function `(image, context) => image`. It runs in the process that decodes images:
 * a crash, an endless loop or a leak ends that process and costs the image an attempt, and nothing else. The same
 * image must give the same result each time: an image may be processed more than once, on several machines.
 */

/** A picture, decoded: rows from the top, pixels from the left, channels side by side. */
export interface PixelImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (not premultiplied). */
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits a channel: 8 goes with a Uint8Array, 16 with a Uint16Array. */
  readonly depth: 8 | 16;
  /** `width × height × channels` values. */
  readonly data: Uint8Array | Uint16Array;
}

/** A file in a format that kuva reads, as its bytes. */
export interface EncodedImage {
  readonly encoded: Uint8Array;
}

/** What is known of the image without its pixels. */
export interface ImageMetadata {
  /** Format of the image as it came to this step. */
  readonly format: string;
  readonly pages: number;
  /** EXIF orientation, 1 to 8; 1 is upright. The pixels are as they are stored. */
  readonly orientation: number;
  /** Pixels an inch, where the file says it. */
  readonly density?: number;
  /** As blocks of bytes, where the file has them. */
  readonly icc?: Uint8Array;
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
}

/** What the function gets with `input: pixels`, which is the default. */
export interface StepPixels extends PixelImage {
  readonly metadata: ImageMetadata;
}

/** What it gets with `input: encoded`: the whole file, with all its pages. */
export interface StepFile extends EncodedImage {
  readonly width: number;
  readonly height: number;
  readonly metadata: ImageMetadata;
}

export interface StepContext {
  /** Key of the object in the input bucket. Somebody else chose it. */
  readonly key: string;
  /** What the recipe says under `settings`. */
  readonly settings: unknown;
  /** Puts facts about the image into the ledger: JSON. Of two with one name the later one counts. */
  facts(facts: Readonly<Record<string, unknown>>): void;
  /** Says something that is shown when the step fails. */
  log(text: string): void;
  /** Ends the step and rejects the image: it can never be done, whoever tries. */
  reject(reason: string): never;
  /** Aborted when the time of the step is over. Soon after, the process ends. */
  readonly signal: AbortSignal;
}

export type StepImage = PixelImage | EncodedImage;

/**
 * An image to go on with; several, by name, of which each output takes one (`take` in the recipe); or nothing: then the
 * image goes on as it was, and only the facts count.
 */
export type StepResult = StepImage | { readonly images: Readonly<Record<string, StepImage>> } | undefined;

export type StepFunction<Image extends StepPixels | StepFile = StepPixels> = (
  image: Image,
  context: StepContext,
) => StepResult | Promise<StepResult>;
