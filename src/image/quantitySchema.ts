/** Durations and sizes in a config file; apart from `quantity.ts`, which the command line needs before it needs any schema. */
import { z } from 'zod';
import { parseBytes, parseDuration } from './quantity.ts';

/** Milliseconds, from a text with a unit. */
export const durationSchema = z
  .string()
  .meta({ pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m|min|h|d)$', examples: ['2s', '150ms', '5min'] })
  .transform((text, context) => {
    const value = parseDuration(text);
    if (value !== undefined) return value;
    context.addIssue({
      code: 'custom',
      message: 'expected a duration with its unit, such as 150ms, 2s, 5min or 1h',
    });
    return z.NEVER;
  });

/** Bytes, from a text with a unit; MB is 10⁶, MiB is 2²⁰. */
export const bytesSchema = z
  .string()
  .meta({ pattern: '^\\d+(\\.\\d+)?\\s*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$', examples: ['512 MB', '1 GiB'] })
  .transform((text, context) => {
    const value = parseBytes(text);
    if (value !== undefined) return Math.round(value);
    context.addIssue({ code: 'custom', message: 'expected a size with its unit, such as 512 MB or 1 GiB' });
    return z.NEVER;
  });
