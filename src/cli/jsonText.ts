import { visibleJson } from '../image/visible.ts';

/**
 * JSON for scripts: dates in ISO 8601, 64-bit numbers as numbers where they fit exactly and as texts where not,
 * maps as objects; what could trouble a terminal as `\u` escapes.
 */
export function jsonText(value: unknown, indent?: number): string {
  const json = JSON.stringify(
    value,
    (_key, part: unknown) => {
      if (typeof part === 'bigint')
        return Number.isSafeInteger(Number(part)) ? Number(part) : part.toString();
      if (part instanceof Map) return Object.fromEntries<unknown>(part);
      return part;
    },
    indent,
  );
  return visibleJson(json);
}
