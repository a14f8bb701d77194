/** How much was done when. */
import { z } from '@hono/zod-openapi';
import { timeSchema } from './words.ts';

export const historySpans = ['hour', 'day'] as const;

export const historyQuery = z.object({
  span: z
    .enum(historySpans)
    .default('hour')
    .openapi({ description: 'The last hour by minutes, or the last day by quarters of an hour.' }),
});

export const historySchema = z
  .object({
    step: z.number().openapi({ description: 'Seconds that each number stands for.' }),
    from: timeSchema.openapi({ description: 'When the first step begins.' }),
    done: z
      .array(z.number())
      .openapi({ description: 'Images done, oldest first; the last step is not over yet.' }),
    setAside: z.array(z.number()).openapi({ description: 'Images rejected or failed.' }),
    bytes: z.array(z.number()).openapi({ description: 'Bytes of inputs that were done.' }),
  })
  .openapi('History');

export type History = z.infer<typeof historySchema>;
