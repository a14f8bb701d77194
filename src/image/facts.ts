/** What is known of an image beside its pixels: measured by a recipe, or told by one of its owner's steps. */
import { z } from 'zod';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Named values, as JSON; a value may hold more of them, told apart by dots: `exif.model`. */
export type Facts = Readonly<Record<string, Json>>;

/** Characters of all facts of one output together, as JSON: they lie in the ledger, and are no place for images. */
export const mostFacts = 64_000;

const deepest = 16;

/** What may become facts: JSON that PostgreSQL can hold, neither large nor deep. */
export const factsSchema: z.ZodType<Facts> = z
  .record(z.string().min(1).max(100), z.json())
  .superRefine((facts, context) => {
    const message = factsFault(facts);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** Both together; of two with one name the later one counts. */
export function mergeFacts(earlier: Facts, later: Facts, under: string | undefined): Facts {
  return { ...earlier, ...(under === undefined ? later : { [under]: later }) };
}

/** What is wrong with facts, or undefined. */
export function factsFault(facts: Facts): string | undefined {
  if (depthOf(facts) > deepest) return `facts lie within each other more than ${deepest} deep`;
  const text = JSON.stringify(facts);
  if (text.length > mostFacts)
    return `the facts have ${text.length} characters, and ${mostFacts} is the most`;
  // PostgreSQL's jsonb has no place for it.
  return text.includes('\\u0000') ? 'a text holds the character U+0000' : undefined;
}

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((most, inner) => Math.max(most, depthOf(inner)), 0);
}
