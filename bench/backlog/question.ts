/** What is asked of a process that takes jobs, and what it answers. */
import { z } from 'zod';

export const settingSchema = z.object({ worker: z.string(), databases: z.record(z.string(), z.string()) });

export const questionSchema = z.union([z.object({ database: z.string(), jobs: z.int() }), z.literal('end')]);

export const answerSchema = z.object({
  /** Images that were settled. */
  jobs: z.number(),
  /** When the first one was begun and the last one settled, in milliseconds of the machine's clock. */
  begun: z.number(),
  ended: z.number(),
});

export type Setting = z.infer<typeof settingSchema>;
export type Answer = z.infer<typeof answerSchema>;
