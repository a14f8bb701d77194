/** What the transform's tests share: a transformer that takes every format, and the way through it. */
import { recipeSchema, type Recipe } from '../../src/image/recipe.ts';
import type { MadeImage } from '../../src/transform/contract.ts';
import { limitsSchema } from '../../src/transform/limits.ts';
import type { RecipeFiles } from '../../src/transform/recipeFiles.ts';
import { createTransformer } from '../../src/transform/transformer.ts';

/** Everything that can be read is. */
export const limits = limitsSchema.parse({ reduced: ['raw', 'exr'] });
export const transformer = createTransformer(limits);

/** A recipe of one output. */
export function recipeOf(...steps: unknown[]): Recipe {
  return recipeSchema.parse({ outputs: [{ steps }] });
}

/** Negation by decoding and encoding, of JPEGs too. */
export const negatedPixels: Recipe = recipeSchema.parse({ outputs: [{ lossless: 'never' }] });

export async function transform(
  bytes: Uint8Array,
  recipe: Recipe,
  files?: RecipeFiles,
): Promise<MadeImage[]> {
  const used = files === undefined ? transformer : createTransformer(limits, { files });
  return used.apply(bytes, await used.inspect(bytes), recipe);
}

/** The only output. */
export async function made(bytes: Uint8Array, recipe: Recipe, files?: RecipeFiles): Promise<MadeImage> {
  const [only] = await transform(bytes, recipe, files);
  if (only === undefined) throw new Error('no output');
  return only;
}

/** The code of the KuvaError that a promise is rejected with, or the value's absence of one. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) return `${String(thrown.code)}: ${thrown.message}`;
    throw thrown;
  }
  return 'accepted';
}
