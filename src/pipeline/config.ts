import { z } from 'zod';
import { bytesSchema, durationSchema } from '../image/quantitySchema.ts';

/** How a worker goes about its work. */
export const workerSchema = z.strictObject({
  concurrency: z
    .union([z.literal('auto'), z.number().int().min(1).max(256)])
    .default('auto')
    .describe('Images in work at the same time on one machine; `auto` goes by the number of cores.'),
  memory: z
    .union([z.literal('auto'), bytesSchema])
    .prefault('auto')
    .describe('Memory for decoded images; `auto` takes about half of what the machine or container has.'),
  attempts: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Tries that an image has before it is set aside as failed.'),
  lease: durationSchema
    .refine(
      (value) => value >= 10_000,
      'a lease is 10s at least: a busy machine may be silent for some seconds',
    )
    .prefault('60s')
    .describe(
      'How long a worker may be silent (it hangs, or is cut off from the database) before others take over what it has; 10s at least. A worker whose process has died is noticed within seconds in any case.',
    ),
  poll: durationSchema.prefault('2s').describe('Pause between two looks into the input bucket.'),
  settle: durationSchema
    .prefault('250ms')
    .describe(
      'How long a file in an input folder must have been left alone before it is taken away. Up to 250ms, one that was written in one go is processed after a sixth of that.',
    ),
  ignore: z
    .array(z.string())
    .default(['.*', '~$*', '*.part', '*.partial', '*.crdownload', '*.tmp', 'Thumbs.db', 'desktop.ini'])
    .describe(
      'File names that are not images and are left alone, by the last part of the key; folders only.',
    ),
});

export type WorkerConfig = z.infer<typeof workerSchema>;

/** What happens to an input that can never be transformed. */
export const rejectedSchema = z.strictObject({
  move: z
    .string()
    .optional()
    .describe(
      'Bucket or folder that rejected inputs are moved to, e.g. s3://rejected_bucket. Left out: they stay where they are.',
    ),
});

/** What happens when an output's key belongs to another image's output. */
export const conflictSchema = z
  .enum(['keep-both', 'replace', 'reject'])
  .default('keep-both')
  .describe(
    'When the name of an output is taken by another image: keep both (the later one gets a mark in its name), replace the earlier one, or reject the image.',
  );
