/** Settings of the steps that a recipe's owner brings along: a program, or a function of a module. */
import { z } from 'zod';
import { bytesSchema, durationSchema } from '../quantitySchema.ts';
import { convertFormats } from './convert.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

/** Stays the text that it was, so that a recipe can be parsed again. */
const written = (schema: z.ZodType<number, string>, sort: string, example: string) =>
  z
    .string()
    .refine((text) => schema.safeParse(text).success, `expected a ${sort} with its unit, such as ${example}`);

const duration = written(durationSchema, 'duration', '30s');
const bytes = written(bytesSchema, 'size', '500 MB');

/** The name under which the facts of a step are kept together. */
export const factsUnder = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,49}$/, 'expected a short name of letters, digits and _')
  .optional()
  .describe(
    'Keeps the facts of this step together under a name, e.g. `before`: then `before.blur`. Left out: they stand by themselves.',
  );

const output = z
  .enum(convertFormats)
  .optional()
  .describe(
    'Format that it writes; gives the object its extension. Left out: the format of the image that came in.',
  );

const grows = z
  .number()
  .min(1)
  .max(64)
  .default(1)
  .describe('How many times the pixels that it gets its image may have at most.');

const argument = z
  .string()
  .refine((text) => !text.includes('\0'), 'an argument cannot hold the character U+0000');

export const commandSettings = {
  run: z
    .array(argument)
    .min(1)
    .max(200)
    .describe(
      'The program and its arguments; no shell has a part in it. `{in}` is a file with the image, `{out}` where the result goes, `{facts}` where facts go as JSON, `{here}` the folder of the configuration file. Without `{in}` the image comes on standard input, without `{out}` the result is taken from standard output.',
    ),
  gives: z
    .enum(['image', 'facts'])
    .default('image')
    .describe(
      'facts: it only measures, and the image goes on as it was; its facts are JSON in `{facts}` or on standard output.',
    ),
  input: z
    .enum(['auto', 'png', 'tiff'])
    .default('auto')
    .describe(
      'What it gets. auto: the very bytes of the image where no step came before; else a PNG, or a TIFF of several pages, without loss.',
    ),
  output,
  grows,
  time: duration
    .default('1min')
    .describe('Longest time for one image; then it is ended with all that it started.'),
  memory: bytes.default('500 MB').describe('Most memory that it may take, with all that it started (Linux).'),
  size: bytes.default('500 MB').describe('Most bytes that it may write.'),
  rejects: z
    .array(z.number().int().min(1).max(255))
    .default([65])
    .describe(
      'Exit codes that say that this image can never be done: it is rejected. Any other but 0 costs it an attempt.',
    ),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), argument)
    .default({})
    .describe(
      'Variables that it gets. Not for secrets: they are part of the recipe, which is kept and shown.',
    ),
  sandbox: z
    .boolean()
    .default(false)
    .describe(
      'Whether it runs in bubblewrap: without network, seeing the system’s programs, its own files and its folder alone.',
    ),
  as: factsUnder,
  sha256: z
    .record(z.string(), sha256)
    .optional()
    .describe(
      'SHA-256 of the program and of each file in `{here}` that it is given. Filled in at the start, so that they count in the recipe.',
    ),
} as const;

export const moduleSettings = {
  file: z
    .string()
    .min(1)
    .describe('JavaScript or TypeScript module; relative to the folder of the configuration file.'),
  export: z.string().min(1).default('default').describe('Name of the function that it exports.'),
  input: z
    .enum(['pixels', 'encoded'])
    .default('pixels')
    .describe('What the function gets. pixels: one picture, decoded; encoded: the file, with all its pages.'),
  take: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Name of the image to go on with, where the function returns several; it is called once for all outputs.',
    ),
  output,
  grows,
  time: duration.default('1min').describe('Longest time for one image; then its decoder is ended.'),
  memory: bytes.default('250 MB').describe('Memory that it may take, beside a copy of the pixels.'),
  settings: z.json().default({}).describe('Whatever the function wants to know: `context.settings`.'),
  as: factsUnder,
  sha256: sha256
    .optional()
    .describe('SHA-256 that the file must have. Filled in at the start, so that it counts in the recipe.'),
} as const;

interface CommandShape {
  readonly run: readonly string[];
  readonly gives: 'image' | 'facts';
  readonly output?: string | undefined;
}

/** What the settings of a command have against each other, or undefined. */
export function commandFault({ run, gives, output }: CommandShape): string | undefined {
  const [program = '', ...args] = run;
  const names = (placeholder: string) => args.some((text) => text.includes(placeholder));
  if (program === '') return 'run begins with the program';
  if (/\{(in|out|facts)\}/.test(program)) return 'the program comes first, and is no file of the image';
  if (gives === 'image') return undefined;
  if (names('{out}')) return 'a command that gives facts writes no {out}';
  return output === undefined ? undefined : 'a command that gives facts has no output format';
}
