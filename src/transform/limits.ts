import { z } from 'zod';
import { bytesSchema, durationSchema } from '../image/quantitySchema.ts';

/** Kinds of images of which less is read than they hold. */
export const reduced = ['raw', 'exr'] as const;

/** Why that is so. */
export const reducedKinds = {
  raw: 'only the preview in it could be transformed, not the picture',
  exr: 'its light would be cut to what 16 bits of sRGB hold',
} as const satisfies Record<(typeof reduced)[number], string>;

/** Programs of the machine that kuva knows how to ask: `programs/table.ts`. */
export const readingPrograms = ['vips', 'magick', 'gdal', 'djxl'] as const;

export type ReadingProgram = (typeof readingPrograms)[number];

/** Bounds that are checked against an image's header before anything is decoded. */
export const limitsSchema = z.strictObject({
  bytes: bytesSchema.prefault('1 GB').describe('Largest input file.'),
  pixels: z
    .number()
    .int()
    .positive()
    .default(500_000_000)
    .describe('Most pixels in one image, all pages or frames together.'),
  pages: z
    .number()
    .int()
    .positive()
    .default(2_000)
    .describe('Most pages of a TIFF or frames of an animation.'),
  reduced: z
    .array(z.enum(reduced))
    .max(2)
    .default([])
    .describe(
      'Images that are taken although less is read than they hold: `raw`, camera raw files, of which the preview is read; `exr`, whose light is cut to 16 bits of sRGB. Mind what becomes of the input: see `done`.',
    ),
  programs: z
    .array(z.enum(readingPrograms))
    .max(readingPrograms.length)
    .default([])
    .describe(
      'Programs of this machine that may read what kuva itself does not, the first that can: `vips` (HEIC and JPEG 2000 of more than 8 bits), `magick` (ImageMagick: JPEG 2000), `gdal` (JPEG 2000), `djxl` (JPEG XL of more than 8 bits). `kuva doctor` says which are there.',
    ),
  sandbox: z
    .boolean()
    .default(false)
    .describe('Whether these programs run within bubblewrap: without network, seeing nothing but the image.'),
  time: durationSchema.prefault('5min').describe('Longest time for one attempt at transforming one image.'),
});

export type Limits = z.infer<typeof limitsSchema>;
