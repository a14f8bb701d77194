/** Settings of the step that measures. */
import { z } from 'zod';
import { factsUnder } from './ownSteps.ts';

/** What can be measured, and the facts that it gives. */
export const measurements = {
  size: 'format, width, height, pages, channels, depth, bytes',
  mean: 'mean: brightness from 0 (black) to 1 (white); means: the same of each channel',
  histogram: 'histogram: how many pixels have each of 256 values, as grey or r, g and b',
  hash: 'dhash and phash: 64 bits as 16 hexadecimal digits; pictures that look alike have hashes that differ in few bits',
  blur: 'sharpness: variance of the Laplacian; blur: the same from 0 (sharp) to 1 (without any detail)',
  colour: 'colour: the most common colour, e.g. "#a0b1c2"',
  exif: 'exif: make, model, lens, software, taken, exposure, aperture, iso, focalLength, orientation',
  gps: 'gps: latitude, longitude in degrees; altitude in metres',
} as const;

export type Measurement = keyof typeof measurements;

const names = z.enum(['size', 'mean', 'histogram', 'hash', 'blur', 'colour', 'exif', 'gps']);

export const measureSettings = {
  what: z
    .array(names)
    .min(1)
    .default(['size', 'mean', 'hash', 'blur', 'colour', 'exif'])
    .describe(
      `What is measured, of the first page: ${Object.entries(measurements)
        .map(([name, facts]) => `${name} (${facts})`)
        .join('; ')}.`,
    ),
  as: factsUnder,
} as const;
