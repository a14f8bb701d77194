/** What the worker and a thread of the coded lane say to each other. */
import { z } from 'zod';

const count = z.number().int().nonnegative();

export const requestSchema = z.strictObject({
  bytes: z.instanceof(Uint8Array),
  width: count,
  height: count,
  channels: count,
  /** Bytes of memory that it may take. */
  granted: z.number(),
  /** Milliseconds that it may take. */
  time: z.number(),
});

export const answerSchema = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('negated'), bytes: z.instanceof(Uint8Array) }),
  /** It is for a decoder: out of the ordinary, or damaged. */
  z.strictObject({ answer: z.literal('left') }),
  /** Its time is used up. */
  z.strictObject({ answer: z.literal('late') }),
]);

/** The bytes may be shared: they are copied on the way. */
export type CodedRequest = Omit<z.input<typeof requestSchema>, 'bytes'> & { readonly bytes: Uint8Array };
export type CodedAnswer = z.infer<typeof answerSchema>;
