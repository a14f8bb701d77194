import { createHash } from 'node:crypto';
import { z } from 'zod';
import { extensions } from './format.ts';
import type { ObjectKey } from './key.ts';
import { defaultKeyPattern, keyPatternFault, outputKey } from './outputKey.ts';
import { stepSchema } from './steps.ts';

const keyPatternSchema = z.string().superRefine((pattern, context) => {
  const fault = keyPatternFault(pattern);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `bad key pattern: ${fault}` });
});

export const outputSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'a short name of a-z, 0-9, - and _')
    .default('image'),
  key: keyPatternSchema.default(defaultKeyPattern),
  steps: z.array(stepSchema).default([{ step: 'negate' }]),
});

/** What is made of each image: a list of outputs, each with its own key and its own steps. */
export const recipeSchema = z.strictObject({
  outputs: z.array(outputSchema).min(1).max(20),
});

export type RecipeOutput = z.infer<typeof outputSchema>;
export type Recipe = z.infer<typeof recipeSchema>;

/** The tutorial's: negate, same format, same everything else. */
export const defaultRecipe: Recipe = recipeSchema.parse({ outputs: [{}] });

/** The recipe as canonical JSON: the same recipe gives the same text, whatever order its file had. */
export function recipeText(recipe: Recipe): string {
  return JSON.stringify(recipe, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : value,
  );
}

/** SHA-256 of {@link recipeText}, in hexadecimal. */
export function recipeDigest(recipe: Recipe): string {
  return createHash('sha256').update(recipeText(recipe)).digest('hex');
}

/** The format that an output is converted to, or undefined when it keeps its source's. */
export function convertedFormat(_output: RecipeOutput): keyof typeof extensions | undefined {
  return undefined;
}

/** @throws KuvaError `output-key-too-long` */
export function keyOfOutput(output: RecipeOutput, input: ObjectKey): ObjectKey {
  const format = convertedFormat(output);
  return outputKey(output.key, input, format === undefined ? undefined : extensions[format]);
}
