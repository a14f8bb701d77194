import type { z } from 'zod';

/**
 * A value of ours as the API's JSON: times as text, 64-bit numbers as text, maps as objects. It is parsed with the
 * answer's schema, which takes off what the schema does not have and finds whatever does not keep the contract.
 */
export function jsonOf<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  return schema.parse(
    JSON.parse(
      JSON.stringify(value, (_key, part: unknown) => {
        if (typeof part === 'bigint') return part.toString();
        if (part instanceof Map) return Object.fromEntries<unknown>(part);
        return part;
      }),
    ),
  );
}
