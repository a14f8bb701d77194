/** How an image is put in. */
import { z } from '@hono/zod-openapi';

export const uploadParams = z.object({
  key: z.string().openapi({ description: 'The key in the input bucket; slashes may be encoded or not.' }),
});

export const uploadQuery = z.object({
  overwrite: z.enum(['0', '1']).default('0').openapi({ description: '1: replace what is there.' }),
});

export const uploadHeaders = z.object({
  'x-content-sha256': z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/)
    .optional()
    .openapi({ description: 'Of the file; other bytes are refused.' }),
});
