/** Settings of the steps that change size, place or direction. */
import { z } from 'zod';
import { colourSchema } from '../colour.ts';

/** sharp resizes and extends to no more than this many pixels a side; JPEG ends at 65,535. */
const side = z.number().int().min(1).max(100_000);
const margin = z.number().int().min(0).max(10_000);

export const gravities = [
  'centre',
  'north',
  'northeast',
  'east',
  'southeast',
  'south',
  'southwest',
  'west',
  'northwest',
] as const;

export const resizeSettings = {
  width: side.optional().describe('Pixels; left out: follows from the height.'),
  height: side.optional().describe('Pixels; left out: follows from the width.'),
  fit: z
    .enum(['inside', 'outside', 'cover', 'contain', 'fill'])
    .default('inside')
    .describe(
      'With both sides given. inside: as large as fits into them; outside: as small as covers them; cover: fill them and crop; contain: fit and pad with the background; fill: stretch.',
    ),
  kernel: z
    .enum(['lanczos3', 'lanczos2', 'mitchell', 'cubic', 'linear', 'nearest', 'mks2013', 'mks2021'])
    .default('lanczos3')
    .describe('How pixels are interpolated; nearest invents no new values.'),
  position: z
    .enum([...gravities, 'entropy', 'attention'])
    .default('centre')
    .describe('Which part stays with fit cover, and where the picture lies with fit contain.'),
  enlarge: z.boolean().default(false).describe('Whether a smaller image is blown up to the size.'),
  background: colourSchema.prefault('black').describe('Colour of the padding with fit contain.'),
} as const;

export const cropSettings = {
  left: z.number().int().min(0).default(0).describe('Pixels from the left edge.'),
  top: z.number().int().min(0).default(0).describe('Pixels from the upper edge.'),
  width: side.describe('Pixels to keep.'),
  height: side.describe('Pixels to keep.'),
} as const;

export const rotateSettings = {
  angle: z.number().min(-3600).max(3600).describe('Degrees, clockwise.'),
  background: colourSchema
    .prefault('black')
    .describe('Colour of the corners when the angle is no multiple of 90.'),
} as const;

export const autoOrientSettings = {} as const;

export const flipSettings = {
  axis: z
    .enum(['vertical', 'horizontal'])
    .default('vertical')
    .describe('vertical: upside down; horizontal: left and right exchanged, which `flop` does too.'),
} as const;

export const trimSettings = {
  background: colourSchema
    .optional()
    .describe('Colour of the border to cut away; left out: that of the upper left pixel.'),
  threshold: z
    .number()
    .min(0)
    .max(255)
    .default(10)
    .describe('How far a pixel may differ and still be border, 0 to 255.'),
  lineArt: z.boolean().default(false).describe('Whether the image is a drawing rather than a photograph.'),
  margin: margin.default(0).describe('Pixels of border to leave.'),
} as const;

export const extendSettings = {
  top: margin.default(0).describe('Pixels to add above.'),
  right: margin.default(0).describe('Pixels to add at the right.'),
  bottom: margin.default(0).describe('Pixels to add below.'),
  left: margin.default(0).describe('Pixels to add at the left.'),
  with: z
    .enum(['background', 'copy', 'repeat', 'mirror'])
    .default('background')
    .describe('What the new edges show: a colour, the nearest pixel, or the image repeated or mirrored.'),
  background: colourSchema.prefault('black').describe('Colour of the new edges.'),
} as const;
