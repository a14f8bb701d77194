/** What the worker and a decoder's process say to each other. Each side parses what comes: the decoder reads strangers' files. */
import { z } from 'zod';
import { factsSchema as knownFacts } from '../../image/facts.ts';
import type { Histogram } from '../../image/preview.ts';
import { imageFormats } from '../../image/format.ts';
import { recipeSchema } from '../../image/recipe.ts';
import type { FailureCode } from '../../image/failure.ts';
import type { Way } from '../../image/way.ts';
import type { ImageFacts } from '../contract.ts';
import { readingPrograms, reduced } from '../limits.ts';
import { readFormats } from '../programs/table.ts';

/** Changes with any of these messages: another version may have been installed under a worker that runs. */
export const protocol = 7;

const count = z.number().int().nonnegative();
const text = z.string().max(4_000);

const factsSchema = z
  .strictObject({
    format: z.enum(imageFormats),
    width: count,
    height: count,
    pages: count,
    depth: count,
    channels: count,
    hasAlpha: z.boolean(),
    largestPage: count.optional(),
    rowByRow: z.literal(true).optional(),
    inRows: z.strictObject({ coded: count, rows: count }).optional(),
    exact: z.literal(true).optional(),
    reader: z.strictObject({ program: z.enum(readingPrograms), version: z.string().max(100) }).optional(),
    tags: z.record(z.string().max(40), text).optional(),
  })
  .transform(
    ({ largestPage, rowByRow, inRows, exact, reader, tags, ...facts }): ImageFacts => ({
      ...facts,
      ...(largestPage !== undefined && { largestPage }),
      ...(rowByRow !== undefined && { rowByRow }),
      ...(inRows !== undefined && { inRows }),
      ...(exact !== undefined && { exact }),
      ...(reader !== undefined && { reader }),
      ...(tags !== undefined && { tags }),
    }),
  );

const bins = z.array(count).length(256);
const histogramSchema: z.ZodType<Histogram> = z.union([
  z.strictObject({ grey: bins }),
  z.strictObject({ r: bins, g: bins, b: bins }),
]);

const waySchema = z
  .discriminatedUnion('way', [
    z.strictObject({ way: z.enum(['copy', 'lossless', 'own']) }),
    z.strictObject({ way: z.literal('pixels'), why: text.optional() }),
  ])
  .transform((how): Way => {
    if (how.way !== 'pixels') return how;
    return { way: how.way, ...(how.why !== undefined && { why: how.why }) };
  });

const toolsSchema = z.strictObject({
  folder: z.string(),
  scratch: z.string(),
  environment: z.record(z.string(), z.string()),
  programs: z.record(z.string(), z.string()),
  modules: z
    .array(z.strictObject({ file: z.string(), export: z.string(), sha256: z.string().optional() }))
    .readonly(),
  bubblewrap: z.string().optional(),
  readers: z
    .array(
      z.strictObject({
        program: z.enum(readingPrograms),
        path: z.string(),
        version: z.string(),
        formats: z.array(z.enum(readFormats)).readonly(),
      }),
    )
    .readonly()
    .optional(),
});

export type ToldTools = z.infer<typeof toolsSchema>;

/** Worker to decoder. `setup` comes first, and brings the recipe's files as blobs, named by their SHA-256. */
export const requestSchema = z.discriminatedUnion('ask', [
  z.strictObject({
    ask: z.literal('setup'),
    protocol: z.number(),
    limits: z.strictObject({
      bytes: z.number(),
      pixels: z.number(),
      pages: z.number(),
      time: z.number(),
      reduced: z.array(z.enum(reduced)),
      programs: z.array(z.enum(readingPrograms)),
      sandbox: z.boolean(),
    }),
    files: z.array(z.string()),
    tools: toolsSchema.optional(),
  }),
  /** One blob: the image. The decoder keeps it for `apply`. */
  z.strictObject({ ask: z.literal('inspect') }),
  /** The image as a blob, or none: the one that was inspected last. */
  z.strictObject({ ask: z.literal('apply'), facts: factsSchema, recipe: recipeSchema, key: z.string() }),
  /** One blob: the image. `room`: bytes of memory that drawing it may take. */
  z.strictObject({ ask: z.literal('preview'), room: z.number().nonnegative() }),
  /** The image that was inspected last will not be applied here. Has no answer. */
  z.strictObject({ ask: z.literal('forget') }),
]);

/** The failures that a transformer may tell of (`contract.ts`). All others would speak of things that it has no part in. */
const refusals = [
  'not-an-image',
  'format-unsupported',
  'image-damaged',
  'image-too-large',
  'step-impossible',
  'transform-timeout',
  'transform-failed',
  'step-failed',
  'step-rejected',
  'step-unavailable',
  'internal',
] as const satisfies readonly FailureCode[];

export const failureSchema = z.strictObject({
  code: z.enum(refusals),
  what: text,
  data: text.optional(),
  remedy: text.optional(),
  cause: text.optional(),
});

export type TransformFailure = z.infer<typeof failureSchema>;

/** Decoder to worker. `rss`: bytes of its resident set, so that one that grows is replaced. */
export const answerSchema = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('ready'), protocol: z.number(), rss: count }),
  /** It cannot work on this machine, whatever the image. */
  z.strictObject({ answer: z.literal('unfit'), why: text, failure: failureSchema.optional() }),
  z.strictObject({ answer: z.literal('facts'), facts: factsSchema, rss: count }),
  /** One blob an output. */
  z.strictObject({
    answer: z.literal('made'),
    outputs: z.array(
      z.strictObject({
        output: z.string(),
        format: z.enum(imageFormats),
        contentType: z.string(),
        width: count,
        height: count,
        pages: count,
        how: waySchema,
        facts: knownFacts.optional(),
      }),
    ),
    rss: count,
  }),
  /** One blob: the picture. */
  z.strictObject({
    answer: z.literal('drawn'),
    width: count,
    height: count,
    histogram: histogramSchema,
    rss: count,
  }),
  z.strictObject({ answer: z.literal('refused'), failure: failureSchema, rss: count }),
]);

export type Request = z.input<typeof requestSchema>;
export type Answer = z.infer<typeof answerSchema>;
/** What is said of an image, and not of the process. */
export type ImageAnswer = Exclude<Answer, { answer: 'ready' | 'unfit' }>;

export function isRefusal(code: FailureCode): code is TransformFailure['code'] {
  return refusals.some((known) => known === code);
}
