/** What the stream of events carries. */
import { z } from '@hono/zod-openapi';
import { imageSchema } from './images.ts';

/** `event: images`: what came to an end since the last one. `event: status` carries a Status; `event: reset` nothing. */
export const imagesEventSchema = z
  .object({
    images: z.array(imageSchema).openapi({ description: 'The newest, at most 50, newest first.' }),
    total: z.number().openapi({ description: 'How many it stands for.' }),
  })
  .openapi('ImagesEvent');

export type ImagesEvent = z.infer<typeof imagesEventSchema>;
