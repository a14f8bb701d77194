/** Histograms, and what a recipe would make of a picture. */
import { z } from '@hono/zod-openapi';
import { previewSides } from '../../../image/preview.ts';
import { idSchema } from './words.ts';

export const previewParams = z.object({
  id: idSchema,
  side: z.enum(previewSides).openapi({ description: 'What was put in, or what was made of it.' }),
});

const binsSchema = z.array(z.number()).length(256);
const channelsSchema = z.union([
  z.object({ r: binsSchema, g: binsSchema, b: binsSchema }),
  z.object({ grey: binsSchema }),
]);

export const histogramSchema = z
  .object({ before: channelsSchema.optional(), after: channelsSchema.optional() })
  .openapi('Histogram');

const pictureSchema = z.object({
  type: z.string().openapi({ example: 'image/webp' }),
  data: z.string().openapi({ description: 'Base64.' }),
  width: z.number().openapi({ description: 'Of the whole picture, in pixels.' }),
  height: z.number(),
  format: z.string(),
  bytes: z.number(),
});

export const tryQuery = z.object({
  recipe: z
    .string()
    .max(8_000)
    .optional()
    .openapi({ description: 'YAML, as in kuva.yaml; the recipe in force when left out.' }),
});

export const triedSchema = z
  .object({
    before: pictureSchema,
    outputs: z
      .array(pictureSchema.extend({ name: z.string() }))
      .min(1)
      .openapi({ description: "One for each of the recipe's outputs, in its order." }),
    warnings: z.array(z.string()),
  })
  .openapi('Tried');

export type Histogram = z.infer<typeof histogramSchema>;
export type Tried = z.infer<typeof triedSchema>;
