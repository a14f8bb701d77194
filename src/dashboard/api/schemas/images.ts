/** Images: in lists, and one with all that is known of it. */
import { z } from '@hono/zod-openapi';
import {
  failureSchema,
  formatSchema,
  idSchema,
  keySchema,
  sha256Schema,
  stateSchema,
  timeSchema,
} from './words.ts';

const durationsSchema = z
  .record(z.string(), z.number())
  .openapi({ description: 'Milliseconds by phase: wait, get, transform, hash, put.' });

/** One line: what lists and events tell of an image. What an output has is missing until there is one. */
export const imageSchema = z
  .object({
    id: idSchema,
    key: keySchema,
    state: stateSchema,
    at: timeSchema.openapi({ description: 'Its last change of state.' }),
    bytes: z.number().openapi({ description: 'Of the input.' }),
    worker: z.string().optional(),
    output: keySchema.optional().openapi({ description: 'Key of its first output.' }),
    outputs: z.number().optional().openapi({ description: 'How many outputs it has.' }),
    inputFormat: formatSchema.optional(),
    format: formatSchema.optional(),
    width: z.number().optional().openapi({ description: 'Of the first output, in pixels.' }),
    height: z.number().optional(),
    outputBytes: z.number().optional(),
    inputSha256: sha256Schema.optional(),
    outputSha256: sha256Schema.optional(),
    ms: durationsSchema.optional(),
    code: z.string().optional().openapi({ description: 'Why it was set aside.' }),
    what: z.string().optional(),
    remedy: z.string().optional(),
  })
  .openapi('Image');

export const imageFilter = z.object({
  name: z.string().max(1024).optional().openapi({
    description: 'Part of an input or output key; with * or ? a pattern of the whole key. Case counts.',
  }),
  state: z
    .union([stateSchema, z.array(stateSchema)])
    .optional()
    .openapi({ description: 'May be given more than once.' }),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/)
    .optional()
    .openapi({ description: 'Of an input or an output.' }),
  where: z.string().max(2_000).optional().openapi({
    description: 'What is asked of the facts, as `kuva log --where` takes it: see docs/facts.md.',
    example: 'blur < 0.2',
  }),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
});

export const imagesQuery = imageFilter.extend({
  cursor: z.string().max(200).optional().openapi({ description: '`next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const imagesSchema = z
  .object({
    images: z.array(imageSchema),
    next: z.string().optional().openapi({
      description:
        'There may be more: ask again with this as `cursor`. A page may be short, or empty, and still have it: a search through very many images answers in pieces.',
    }),
    searchedTo: timeSchema
      .optional()
      .openapi({ description: 'With `next`: all images down to this time were looked at.' }),
  })
  .openapi('Images');

/** A row of the ledger: what `kuva log --json` prints. */
export const recordSchema = z
  .object({
    id: idSchema,
    imageId: idSchema,
    recordedAt: timeSchema,
    image: z.object({ pipeline: z.string(), bucket: z.string(), key: keySchema, etag: z.string() }),
    round: z.number(),
    recipeDigest: z.string(),
    recipeText: z.string(),
    rule: z.string().optional().openapi({ description: 'The rule that chose the recipe.' }),
    attempt: z.number(),
    worker: z.string(),
    output: z.string().openapi({ description: "The output's name in the recipe." }),
    inputBytes: z.number(),
    inputSha256: sha256Schema,
    inputVersionId: z.string().optional(),
    inputFormat: formatSchema,
    inputWidth: z.number(),
    inputHeight: z.number(),
    inputPages: z.number(),
    outputBucket: z.string(),
    outputKey: keySchema,
    outputEtag: z.string(),
    outputBytes: z.number(),
    outputSha256: sha256Schema,
    outputFormat: formatSchema,
    outputWidth: z.number(),
    outputHeight: z.number(),
    outputPages: z.number(),
    way: z.string().optional().openapi({ description: 'How the output was made.' }),
    wayReason: z
      .string()
      .optional()
      .openapi({ description: 'Why it was not made without loss, where that was tried.' }),
    facts: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({ description: "What the recipe's steps measured: see docs/facts.md." }),
    durations: durationsSchema,
  })
  .openapi('Record');

/** An image's own row: what `kuva log --json --state …` prints. */
export const imageRowSchema = z
  .object({
    id: idSchema,
    image: z.object({ pipeline: z.string(), bucket: z.string(), key: keySchema, etag: z.string() }),
    size: z.number(),
    state: stateSchema,
    round: z.number(),
    attempts: z.number(),
    worker: z.string().optional(),
    discoveredAt: timeSchema,
    queuedAt: timeSchema,
    startedAt: timeSchema.optional(),
    settledAt: timeSchema.optional(),
    failure: failureSchema.optional(),
    movedTo: z.string().optional(),
  })
  .openapi('ImageRow');

export const imageDetailSchema = z
  .object({
    image: imageRowSchema,
    records: z.array(recordSchema).openapi({ description: 'Newest first.' }),
  })
  .openapi('ImageDetail');

export const imageParams = z.object({ id: idSchema });

export type ImageLine = z.infer<typeof imageSchema>;
export type Images = z.infer<typeof imagesSchema>;
export type ImageDetail = z.infer<typeof imageDetailSchema>;
export type ImageRecord = z.infer<typeof recordSchema>;
export type ImageFilter = z.infer<typeof imageFilter>;

export const outputQuery = z.object({
  output: z
    .string()
    .max(40)
    .optional()
    .openapi({ description: "The output's name in the recipe; the first one when left out." }),
});
