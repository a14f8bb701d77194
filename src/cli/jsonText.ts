/**
 * JSON for scripts: dates in ISO 8601, 64-bit numbers as numbers where they fit exactly and as texts where not,
 * maps as objects.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return Number.isSafeInteger(Number(part)) ? Number(part) : part.toString();
    if (part instanceof Map) return Object.fromEntries<unknown>(part);
    return part;
  });
}
