/** Settings of the step that writes another format, one set a format; names and defaults are sharp's where it has them. */
import { z } from 'zod';
import { colourSchema } from '../colour.ts';

const step = z.literal('convert');

const quality = (standard: number) =>
  z.number().int().min(1).max(100).default(standard).describe('1 (small) to 100 (good).');

const pages = z
  .enum(['all', 'first'])
  .default('all')
  .describe(
    'This format holds one picture. all: an image with several pages or frames is refused; first: only its first is taken.',
  );

const colours = z.number().int().min(2).max(256).default(256).describe('Most colours in a palette.');
const dither = z.number().min(0).max(1).default(1).describe('How strongly colours are dithered.');

const jpeg = z.strictObject({
  step,
  format: z.literal('jpeg'),
  quality: quality(90),
  progressive: z.boolean().default(false).describe('Whether it builds up in several scans.'),
  chromaSubsampling: z
    .enum(['4:2:0', '4:4:4'])
    .default('4:2:0')
    .describe('4:4:4 keeps the full resolution of colours.'),
  mozjpeg: z.boolean().default(false).describe('Whether to search longer for a smaller file.'),
  background: colourSchema.prefault('white').describe('Colour that shows where the image was transparent.'),
  pages,
});

const png = z.strictObject({
  step,
  format: z.literal('png'),
  compressionLevel: z.number().int().min(0).max(9).default(6).describe('0 (fast, large) to 9 (slow, small).'),
  adaptiveFiltering: z
    .boolean()
    .default(true)
    .describe('Whether rows are filtered before compression; photographs get smaller.'),
  progressive: z.boolean().default(false).describe('Whether it is interlaced.'),
  palette: z
    .boolean()
    .default(false)
    .describe('Whether colours are reduced to a palette; small, but not lossless.'),
  colours,
  dither,
  pages,
});

const webp = z.strictObject({
  step,
  format: z.literal('webp'),
  quality: quality(80),
  alphaQuality: z.number().int().min(0).max(100).default(100).describe('100 keeps transparency exactly.'),
  lossless: z.boolean().default(false).describe('Whether every pixel stays exactly as it is.'),
  nearLossless: z.boolean().default(false).describe('Whether pixels may change a little to compress better.'),
  smartSubsample: z.boolean().default(false).describe('Whether colours are subsampled with more care.'),
  effort: z.number().int().min(0).max(6).default(4).describe('0 (fast) to 6 (small).'),
});

const avif = z.strictObject({
  step,
  format: z.literal('avif'),
  quality: quality(50),
  lossless: z.boolean().default(false).describe('Whether every pixel stays exactly as it is.'),
  effort: z.number().int().min(0).max(9).default(4).describe('0 (fast) to 9 (small, very slow).'),
  chromaSubsampling: z
    .enum(['4:4:4', '4:2:0'])
    .default('4:4:4')
    .describe('4:4:4 keeps the full resolution of colours.'),
  bitdepth: z
    .union([z.literal(8), z.literal(10), z.literal(12)])
    .default(8)
    .describe('Bits a channel.'),
  pages,
});

const tiff = z.strictObject({
  step,
  format: z.literal('tiff'),
  compression: z
    .enum(['lzw', 'deflate', 'packbits', 'none', 'jpeg'])
    .default('lzw')
    .describe('jpeg is not lossless.'),
  quality: quality(80),
  predictor: z
    .enum(['horizontal', 'none'])
    .default('horizontal')
    .describe('With lzw and deflate: horizontal makes photographs smaller.'),
  tile: z.boolean().default(false).describe('Whether the image is stored in tiles rather than strips.'),
});

const gif = z.strictObject({
  step,
  format: z.literal('gif'),
  colours,
  dither,
  effort: z.number().int().min(1).max(10).default(7).describe('1 (fast) to 10 (small).'),
});

/** Formats that an image can be converted to. */
export const convertFormats = ['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const;

export type ConvertFormat = (typeof convertFormats)[number];

export const convertSchemas = { jpeg, png, webp, avif, tiff, gif } as const satisfies Record<
  ConvertFormat,
  z.ZodObject
>;

export const convertSchema = z.discriminatedUnion('format', [jpeg, png, webp, avif, tiff, gif]);
