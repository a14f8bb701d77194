import { z } from 'zod';
import { bytesSchema, durationSchema } from '../image/quantity.ts';

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
  time: durationSchema.prefault('5min').describe('Longest time for one attempt at transforming one image.'),
});

export type Limits = z.infer<typeof limitsSchema>;
