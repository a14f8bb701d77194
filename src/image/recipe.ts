import { createHash } from 'node:crypto';
import { z } from 'zod';
import { extensions } from './format.ts';
import { type ObjectKey, parseObjectKey } from './key.ts';
import { defaultKeyPattern, keyPatternFault, keyPlaceholders, outputKey } from './outputKey.ts';
import type { ConvertFormat } from './settings/convert.ts';
import { type Step, stepSchema } from './steps.ts';

const keyPatternSchema = z.string().superRefine((pattern, context) => {
  const fault = keyPatternFault(pattern);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `bad key pattern: ${fault}` });
});

const stepsSchema = z.array(stepSchema).superRefine((steps, context) => {
  steps.forEach((step, index) => {
    if (step.step !== 'convert' || index === steps.length - 1) return;
    context.addIssue({
      code: 'custom',
      message: 'convert must be the last step, and there can be only one',
      path: [index],
    });
  });
});

const outputShape = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'expected a short name of a-z, 0-9, - and _')
    .default('image')
    .describe('Name of this output in the ledger and in messages.'),
  key: keyPatternSchema.default(defaultKeyPattern).describe(
    `Name of the object that is written; may hold ${Object.keys(keyPlaceholders)
      .map((name) => `{${name}}`)
      .join(', ')}.`,
  ),
  steps: stepsSchema
    .prefault(['negate'])
    .describe('What is done to the image, in this order. No steps at all: it is copied as it is.'),
  metadata: z
    .enum(['keep', 'strip'])
    .default('keep')
    .describe(
      'keep: colour profile, EXIF, XMP, IPTC and orientation stay where the format can hold them; strip: they go, and the pixels are converted to sRGB and turned upright first, so that the picture looks the same.',
    ),
  lossless: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'How a JPEG is made where the only steps are `negate`, `rotate` by multiples of 90 degrees, `flip`, `auto-orient` and `crop`, or it is only stripped. auto: in its coded data and without further loss, where that can be done; else by decoding and encoding it again. always: a JPEG that needs the latter is rejected. never: always the latter. (Negated pixels are at most 4 levels off.)',
    ),
});

export const outputSchema = outputShape.superRefine((output, context) => {
  if (output.lossless !== 'always' || isPlainNegation(output) || isTurning(output)) return;
  context.addIssue({
    code: 'custom',
    message: 'lossless: always goes with negate, rotate by multiples of 90, flip, auto-orient and crop alone',
    path: ['lossless'],
  });
});

/** What is made of each image: a list of outputs, each with its own key and its own steps. */
export const recipeSchema = z.strictObject({
  outputs: z
    .array(outputSchema)
    .min(1)
    .max(20)
    .superRefine((outputs, context) => {
      outputs.forEach((output, index) => {
        const fault = clash(output, outputs.slice(0, index));
        if (fault !== undefined) context.addIssue({ code: 'custom', ...fault, path: [index, ...fault.path] });
      });
    })
    .describe('What is made of each image; it is decoded once for all of them.'),
});

export type RecipeOutput = z.infer<typeof outputShape>;
export type Recipe = z.infer<typeof recipeSchema>;

/** The tutorial's: negate, same format, same everything else. */
export const defaultRecipe: Recipe = recipeSchema.parse({ outputs: [{}] });

interface Written {
  readonly text: string;
  readonly digest: string;
}

/** Asked for with each image. A recipe is not changed once it was read: who wants another one makes another one. */
const written = new WeakMap<Recipe, Written>();

/** The recipe as canonical JSON: the same recipe gives the same text, whatever order its file had. */
export function recipeText(recipe: Recipe): string {
  return writtenOf(recipe).text;
}

/** SHA-256 of {@link recipeText}, in hexadecimal. */
export function recipeDigest(recipe: Recipe): string {
  return writtenOf(recipe).digest;
}

function writtenOf(recipe: Recipe): Written {
  const known = written.get(recipe);
  if (known !== undefined) return known;
  const text = JSON.stringify(recipe, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : value,
  );
  const made = { text, digest: createHash('sha256').update(text).digest('hex') };
  written.set(recipe, made);
  return made;
}

/** The format that an output is converted to, by kuva or by a step of its owner, or undefined when it keeps its source's. */
export function convertedFormat(output: RecipeOutput): ConvertFormat | undefined {
  return output.steps.map(formatAfter).findLast((format) => format !== undefined);
}

function formatAfter(step: Step): ConvertFormat | undefined {
  switch (step.step) {
    case 'convert':
      return step.format;
    case 'command':
    case 'module':
      return step.output;
    default:
      return undefined;
  }
}

/** @throws KuvaError `output-key-too-long` */
export function keyOfOutput(output: RecipeOutput, input: ObjectKey): ObjectKey {
  const format = convertedFormat(output);
  return outputKey(output.key, input, format === undefined ? undefined : extensions[format]);
}

/** Is negation all that is asked for, so that it may be done in the file? */
export function isPlainNegation({ steps, metadata }: Pick<RecipeOutput, 'steps' | 'metadata'>): boolean {
  // Measuring before it changes nothing; what is measured after it must be made from pixels.
  const first = steps.findIndex(({ step }) => step !== 'measure');
  const [only, ...others] = first < 0 ? [] : steps.slice(first);
  return metadata === 'keep' && others.length === 0 && only?.step === 'negate' && !only.alpha;
}

/** Is all that is asked for such that a JPEG's coefficients may be moved, mirrored and left out, and not decoded? */
export function isTurning(output: Pick<RecipeOutput, 'steps' | 'metadata'>): boolean {
  if (isPlainNegation(output)) return false;
  const { steps, metadata } = output;
  return (steps.length > 0 || metadata === 'strip') && steps.every(movesBlocks);
}

function movesBlocks(step: Step): boolean {
  switch (step.step) {
    case 'negate':
      return !step.alpha;
    case 'rotate':
      return step.angle % 90 === 0;
    case 'auto-orient':
    case 'flip':
    case 'crop':
      return true;
    default:
      return false;
  }
}

/** Two outputs that would overwrite each other. */
function clash(
  output: RecipeOutput,
  earlier: readonly RecipeOutput[],
): { message: string; path: string[] } | undefined {
  if (earlier.some(({ name }) => name === output.name)) {
    return { message: `two outputs are named ${output.name}: give each its own name`, path: ['name'] };
  }
  const same = earlier.map((other) => sharedKey(output, other)).find((input) => input !== undefined);
  return same === undefined
    ? undefined
    : { message: `two outputs would be written under one key, for an input such as ${same}`, path: ['key'] };
}

/** Inputs to try patterns on: two that no pattern spells out by chance, with every extension that a conversion gives. */
const probes = ['.zz9', ...Object.values(extensions)].map(
  (extension) => [`k7/q9${extension}`, `x1/y2/w3${extension}`] as const,
);

/** An input for which two outputs have one key. */
function sharedKey(one: RecipeOutput, other: RecipeOutput): string | undefined {
  // A pattern with a mistake is told as that.
  if ([one, other].some(({ key }) => keyPatternFault(key) !== undefined)) return undefined;
  const meet = (input: string) => {
    const key = parseObjectKey(input);
    return keyOfOutput(one, key) === keyOfOutput(other, key);
  };
  return probes.find(([first, second]) => meet(first) && meet(second))?.[0];
}
