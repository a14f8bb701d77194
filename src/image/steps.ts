import { z } from 'zod';

/** One step of an output, parsed. (The other steps join this union, one schema each.) */
export const stepSchema = z.discriminatedUnion('step', [z.strictObject({ step: z.literal('negate') })]);

export type Step = z.infer<typeof stepSchema>;
