/** Histograms, and what a recipe would make of a picture. */
import { z } from '@hono/zod-openapi';

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
  bytes: z.number().optional(),
});

export const triedSchema = z
  .object({ before: pictureSchema, after: pictureSchema, warnings: z.array(z.string()) })
  .openapi('Tried');

export type Histogram = z.infer<typeof histogramSchema>;
export type Tried = z.infer<typeof triedSchema>;
