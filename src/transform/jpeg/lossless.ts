/** Negation of a JPEG in its coded data, as an output of a recipe. */
import { isPlainNegation, type Recipe, type RecipeOutput } from '../../image/recipe.ts';
import { showBytes } from '../../image/quantity.ts';
import type { ImageFacts } from '../contract.ts';
import type { TimeBudget } from '../time.ts';
import { weighImage } from '../weigh.ts';
import { negateCoefficients } from './entropy/negate.ts';
import { Unable } from './entropy/unable.ts';

/** The negated file; or why there is none. */
export type LosslessNegation = { readonly bytes: Buffer } | { readonly why: string };

/** Is this output of a JPEG to be made without decoding it, if it can be? */
export function wantsLossless(output: RecipeOutput): boolean {
  return output.lossless !== 'never' && isPlainNegation(output);
}

/**
 * Negates the JPEG if an output of the recipe asks for it; undefined when none does.
 * @throws KuvaError `transform-timeout`, `interrupted`
 */
export function negateLosslessly(
  bytes: Buffer,
  facts: ImageFacts,
  recipe: Recipe,
  time: TimeBudget,
): LosslessNegation | undefined {
  if (facts.format !== 'jpeg' || !recipe.outputs.some(wantsLossless)) return undefined;
  const needed = memoryOf(bytes, facts);
  const granted = weighImage(facts, recipe);
  if (needed > granted) {
    return { why: `the file is large for its picture: it takes ${showBytes(needed)} of memory` };
  }
  try {
    return {
      bytes: negateCoefficients(bytes, {
        check: () => {
          time.check();
        },
      }),
    };
  } catch (thrown) {
    if (thrown instanceof Unable) return { why: thrown.message };
    throw thrown;
  }
}

/** Bytes at the peak, beside the input: what goes into the module and comes out of it, the result, and ten bytes a block. */
function memoryOf(bytes: Buffer, { width, height, channels }: ImageFacts): number {
  return 3.2 * bytes.length + (10 / 64) * channels * (width + 64) * (height + 64);
}
