/** How PostgreSQL's values become ours. 64-bit numbers come as text, since JavaScript's numbers end at 53 bits. */
import { z } from 'zod';
import type { Facts } from '../image/facts.ts';
import { isFailureCode } from '../image/failure.ts';
import { imageFormats } from '../image/format.ts';
import { parseObjectKey } from '../image/key.ts';
import { imageStates } from '../image/state.ts';
import { ways } from '../image/way.ts';

export const bigintColumn = z.string().transform((text) => BigInt(text));
/** Bytes of an object: far below 2⁵³. */
export const sizeColumn = z.coerce.number();
export const keyColumn = z.string().transform((text) => parseObjectKey(text));
export const stateColumn = z.enum(imageStates);
/** Written by kuva alone, which has looked at them. */
export const factsColumn: z.ZodType<Facts> = z.record(z.string(), z.json());
export const formatColumn = z.enum(imageFormats);
/** One that a newer program wrote is not known here, and not told. */
export const wayColumn = z
  .string()
  .nullable()
  .transform((text) => ways.find((way) => way === text));
/** In JSON a date is text. */
export const dateColumn = z.union([z.date(), z.string().transform((text) => new Date(text))]);
/** A code that a newer program wrote must not break an older one's list. */
export const failureCodeColumn = z.string().transform((text) => (isFailureCode(text) ? text : 'internal'));

/** NULL is our undefined. */
export function optional<T>(column: z.ZodType<T>): z.ZodType<T | undefined> {
  return column.nullable().transform((value) => value ?? undefined);
}

/** Text from outside that PostgreSQL can store: NUL and broken surrogates are not for it. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\\0').toWellFormed();
}
