/** The words that all answers of the API are made of. */
import { z } from '@hono/zod-openapi';
import { imageFormats } from '../../../image/format.ts';
import { imageStates } from '../../../image/state.ts';

/** A 64-bit number, as text: JavaScript's numbers end at 53 bits. */
export const idSchema = z
  .string()
  .regex(/^\d{1,19}$/)
  .openapi({ description: "An image's or a record's number in the ledger.", example: '4711' });

export const timeSchema = z.iso
  .datetime()
  .openapi({ description: 'ISO 8601, in UTC.', example: '2026-11-23T10:00:00.000Z' });

export const keySchema = z.string().openapi({ description: "An object's key.", example: 'scans/cat.jpg' });
export const stateSchema = z.enum(imageStates);
export const formatSchema = z.enum(imageFormats);
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** Why something failed: one of the codes of docs/reliability.md, and words for people. */
export const failureSchema = z.object({
  code: z.string(),
  what: z.string(),
  remedy: z.string().optional(),
});

/** How every refusal looks. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: 'read-only' }),
      what: z.string().openapi({ description: 'What happened, in one sentence.' }),
      data: z.string().optional().openapi({ description: 'What it means for the images.' }),
      remedy: z.string().optional().openapi({ description: 'What can be done about it.' }),
    }),
  })
  .openapi('Error');

export type ErrorAnswer = z.infer<typeof errorSchema>;
