import { parseArgs } from 'node:util';
import { z } from 'zod';

/** A whole number of at least 1. */
export const count = (fallback: number, most: number) =>
  z.coerce.number().int().min(1).max(most).default(fallback);

/** Some of these, with commas between. */
export const listOf = <Name extends string>(names: readonly Name[]) =>
  z.string().transform((text, context) =>
    text.split(',').flatMap((word) => {
      const name = names.find((each) => each === word.trim());
      if (name === undefined)
        context.addIssue({ code: 'custom', message: `${word} is none of ${names.join(', ')}` });
      return name ?? [];
    }),
  );

/**
 * Reads `--name value` for each name of the schema, `--name` for a yes or no, `--help`, and, where there is such a thing, `--quick`.
 * @param quick what `--quick` stands for, where the option itself is not given
 * @throws Error that says what is wrong with the command line
 */
export function parseCommandLine<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  argv: readonly string[],
  quick?: Readonly<Record<string, string>>,
): z.output<z.ZodObject<Shape, z.core.$strict>> | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries(
        Object.entries(schema.shape).map(([name, field]) => [name, isFlag(field) ? flag : text]),
      ),
      ...(quick !== undefined && { quick: { type: 'boolean' as const } }),
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { quick: short, help, ...given } = values;
  if (help === true) return 'help';
  const parsed = schema.safeParse({ ...(short === true ? quick : {}), ...given });
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'),
  );
}

/** A yes or no with a default, as `z.boolean().default(false)`. */
function isFlag(field: unknown): boolean {
  return field instanceof z.ZodDefault && field.unwrap() instanceof z.ZodBoolean;
}
