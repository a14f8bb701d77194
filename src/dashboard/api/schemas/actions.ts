/** What may be asked for that changes something. */
import { z } from '@hono/zod-openapi';
import { idSchema, keySchema, sha256Schema } from './words.ts';

export const retrySchema = z
  .strictObject({
    ids: z.array(idSchema).min(1).max(10_000).optional(),
    name: z.string().min(1).max(1024).optional(),
    state: z.enum(['rejected', 'failed']).optional(),
    all: z.literal(true).optional(),
  })
  .refine(({ ids, name, state, all }) => [ids, name, state, all].some((part) => part !== undefined), {
    error: 'say which images: ids, name, state, or all: true',
  })
  .openapi('Retry');

export const retriedSchema = z
  .object({ queued: z.number().openapi({ description: 'How many images are queued again.' }) })
  .openapi('Retried');

export const uploadedSchema = z
  .object({ key: keySchema, bytes: z.number(), etag: z.string(), sha256: sha256Schema })
  .openapi('Uploaded');

export const loginSchema = z.strictObject({ token: z.string().min(1).max(1_000) }).openapi('Login');
export const sessionSchema = z.object({ ok: z.literal(true) }).openapi('Session');

export type Retried = z.infer<typeof retriedSchema>;
