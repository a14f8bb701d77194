/** What a rule may ask of an image, as one writes it in `kuva.yaml`. */
import { z } from 'zod';
import { type ImageFormat, imageFormats } from '../../image/format.ts';
import { bytesSchema } from '../../image/quantitySchema.ts';
import { outputSchema } from '../../image/recipe.ts';

export const recipeFormSchema = z.union([z.array(outputSchema).min(1).max(20), outputSchema]);

/** Written alone or as a list; a list afterwards. */
const oneOrMore = <Item extends string>(
  item: z.ZodType<Item, Item>,
): z.ZodType<readonly Item[], Item | Item[]> =>
  z.union([item.transform((one): Item[] => [one]), z.array(item).min(1)]);

/** Longer ones are no patterns that somebody wrote. */
const patternSchema = z.string().min(1).max(1024);

export const patternsSchema = oneOrMore<string>(patternSchema);

const least = 'At least so many.';
const most = 'At most so many.';

const orderly = (span: { min?: number | undefined; max?: number | undefined }): boolean =>
  span.min === undefined || span.max === undefined || span.min <= span.max;
const inverted = 'no image fits: min is above max';

const bytesSpan = z
  .strictObject({ min: bytesSchema.optional().describe(least), max: bytesSchema.optional().describe(most) })
  .refine(orderly, inverted);

const count = z.number().int().min(1);
const span = z
  .strictObject({ min: count.optional().describe(least), max: count.optional().describe(most) })
  .refine(orderly, inverted);

const million = z.number().min(0);
const megapixels = z
  .strictObject({ min: million.optional().describe(least), max: million.optional().describe(most) })
  .refine(orderly, inverted);

const tag = (what: string) => patternsSchema.optional().describe(`${what}, as a pattern, e.g. \`Canon*\`.`);

export const metadataSchema = z.strictObject({
  make: tag('Maker of the camera (EXIF Make)'),
  model: tag('The camera (EXIF Model)'),
  software: tag('What wrote the file (EXIF Software)'),
  artist: tag('Who made the picture (EXIF Artist)'),
  description: tag('What it is of (EXIF ImageDescription)'),
});

export const conditionsSchema = z.strictObject({
  key: patternsSchema
    .optional()
    .describe(
      'Patterns for the whole key: `*` within a folder, `**` across folders, `{a,b}`; one of them must fit. Case counts.',
    ),
  format: oneOrMore<ImageFormat>(z.enum(imageFormats))
    .optional()
    .describe('Formats, by what the bytes say; one of them must fit.'),
  bytes: bytesSpan.optional().describe('Size of the file.'),
  width: span.optional().describe('Pixels across, before any orientation is applied.'),
  height: span.optional().describe('Pixels down.'),
  megapixels: megapixels.optional().describe('Millions of pixels of a page.'),
  pages: span.optional().describe('Pages or frames.'),
  metadata: metadataSchema
    .optional()
    .describe('What the file says about itself; all that are named must fit.'),
});

export const ruleSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'expected a short name of a-z, 0-9, - and _')
    .describe('Name of this rule in the ledger and in messages.'),
  when: conditionsSchema
    .optional()
    .describe('All of these must hold. Left out, in the last rule alone: it is for all others.'),
  recipe: z
    .union([z.literal('skip'), recipeFormSchema])
    .describe('What is made of such images, written as `recipe` is; `skip`: they are left where they are.'),
});

export type Conditions = z.infer<typeof conditionsSchema>;

export const chooseSchema = z
  .array(ruleSchema)
  .max(100)
  .describe('Rules that pick the recipe: the first that fits. Images that none fits get `recipe`.');

/** What of an input bucket is meant for us at all. */
export const includeSchema = patternsSchema
  .optional()
  .describe('Patterns for keys: only objects that fit one of them are looked at. Left out: all.');

export const excludeSchema = patternsSchema
  .optional()
  .describe('Patterns for keys: objects that fit one of them are not looked at, and not logged either.');

/** What becomes of an input that is done. */
export const doneSchema = z
  .union([
    z.enum(['delete', 'keep']),
    z.strictObject({
      move: z.string().min(1).describe('Bucket or folder, e.g. s3://done_bucket.'),
    }),
  ])
  .default('delete')
  .describe(
    'What becomes of an input that is done. delete: it is removed; keep: it stays where it is; `move`: it is copied there, then removed. Kept and moved ones can be processed again with another recipe: `kuva reprocess`.',
  );
