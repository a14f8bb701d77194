/** Settings of the step that lays another picture, e.g. a watermark, over the image. */
import { z } from 'zod';
import { gravities } from './geometry.ts';

export const compositeSettings = {
  file: z
    .string()
    .min(1)
    .describe('Picture to lay over the image; relative to the folder of the configuration file.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
    .optional()
    .describe(
      'SHA-256 that the file must have. Filled in when the file is read, so that it counts in the recipe.',
    ),
  gravity: z.enum(gravities).default('southeast').describe('Where it lies.'),
  left: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Pixels from the left edge, instead of gravity; with top.'),
  top: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Pixels from the upper edge, instead of gravity; with left.'),
  opacity: z.number().min(0).max(1).default(1).describe('1 covers, 0 is invisible.'),
  blend: z
    .enum([
      'over',
      'atop',
      'multiply',
      'screen',
      'overlay',
      'darken',
      'lighten',
      'colour-dodge',
      'colour-burn',
      'hard-light',
      'soft-light',
      'difference',
      'exclusion',
      'add',
    ])
    .default('over')
    .describe('How the two are mixed.'),
  tile: z.boolean().default(false).describe('Whether it is repeated all over the image.'),
} as const;
