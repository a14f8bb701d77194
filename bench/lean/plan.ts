/** What the lean client is to do: requests that are signed already, so that it has nothing to do but to send them. */
import { z } from 'zod';

export const planSchema = z.object({
  database: z.string(),
  atOnce: z.int().positive(),
  /** Rows of one INSERT. */
  batch: z.int().positive(),
  images: z.array(z.object({ get: z.string(), put: z.string(), remove: z.string(), made: z.string() })),
});

export type Plan = z.infer<typeof planSchema>;

export const answerSchema = z.object({ seconds: z.number().positive(), cpuSeconds: z.number().positive() });

export type LeanAnswer = z.infer<typeof answerSchema>;
