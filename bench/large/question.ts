/** What is asked of the process that looks, and what it answers. */
import { z } from 'zod';

export const questionSchema = z.enum(['pass', 'short look', 'end']);

export const settingSchema = z.object({
  database: z.string(),
  place: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('folder'), path: z.string() }),
    z.object({
      kind: z.literal('s3'),
      bucket: z.string(),
      endpoint: z.string(),
      accessKeyId: z.string(),
      secretAccessKey: z.string(),
    }),
  ]),
});

export const answerSchema = z.object({
  seconds: z.number(),
  /** Until the first images were queued; undefined when none were. */
  firstSeconds: z.number().optional(),
  queued: z.number(),
  /** CPU seconds of the process that looks. */
  cpu: z.number(),
  /** Largest resident set of the process so far, and before the first look, in bytes. */
  peak: z.number(),
  before: z.number(),
});

export type Question = z.infer<typeof questionSchema>;
export type Setting = z.infer<typeof settingSchema>;
export type Answer = z.infer<typeof answerSchema>;
