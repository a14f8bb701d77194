/** What the worker and a thread of the coded lane say to each other. */
import { z } from 'zod';

const count = z.number().int().nonnegative();

export const requestSchema = z.strictObject({
  bytes: z.instanceof(Uint8Array),
  /** Memory for the result, if that is not larger. */
  room: z.instanceof(ArrayBuffer),
  width: count,
  height: count,
  channels: count,
  /** Bytes of memory that it may take. */
  granted: z.number(),
  /** Milliseconds that it may take. */
  time: z.number(),
});

/** The memory that came with the request, for the next one. */
const returned = {
  memory: z.instanceof(ArrayBuffer),
  /** Left out where the result lies in it. */
  room: z.instanceof(ArrayBuffer).optional(),
};

export const answerSchema = z.discriminatedUnion('answer', [
  z.strictObject({
    answer: z.literal('negated'),
    bytes: z.instanceof(Uint8Array),
    /** Of these bytes: hashed there, so that the thread that serves everything is not kept from it. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    ...returned,
  }),
  /** It is for a decoder: out of the ordinary, or damaged. */
  z.strictObject({ answer: z.literal('left'), ...returned }),
  /** Its time is used up. */
  z.strictObject({ answer: z.literal('late'), ...returned }),
]);

/** The bytes may be shared: they are copied on the way. */
export type CodedRequest = Omit<z.input<typeof requestSchema>, 'bytes' | 'room'> & {
  readonly bytes: Uint8Array;
};
export type CodedAnswer = z.infer<typeof answerSchema>;
