/** Settings of the steps that change colours. */
import { z } from 'zod';
import { colourSchema } from '../colour.ts';

export const negateSettings = {
  alpha: z.boolean().default(false).describe('Whether transparency is negated too.'),
} as const;

export const grayscaleSettings = {} as const;

export const gammaSettings = {
  gamma: z
    .number()
    .min(1 / 3)
    .max(3)
    .default(2.2)
    .describe('Above 1 brightens the middle tones, below 1 darkens them: out = in^(1/gamma).'),
} as const;

export const normaliseSettings = {
  lower: z.number().int().min(0).max(99).default(1).describe('Percentile of luminance that becomes black.'),
  upper: z.number().int().min(1).max(100).default(99).describe('Percentile of luminance that becomes white.'),
} as const;

export const modulateSettings = {
  brightness: z.number().min(0).max(100).default(1).describe('Factor on the lightness; 1 changes nothing.'),
  saturation: z.number().min(0).max(100).default(1).describe('Factor on the colourfulness; 0 leaves grey.'),
  hue: z.number().int().min(-360).max(360).default(0).describe('Degrees by which hues are turned.'),
  lightness: z
    .number()
    .min(-100)
    .max(100)
    .default(0)
    .describe('Added to the lightness, which goes from 0 to 100.'),
} as const;

export const tintSettings = {
  colour: colourSchema.describe('Colour that the image is tinted with; its brightness stays.'),
} as const;

export const flattenSettings = {
  background: colourSchema.prefault('white').describe('Colour that shows where the image was transparent.'),
} as const;
