/** What a recipe's outputs ask for that a JPEG gives without being decoded: negated, turned, mirrored, cropped, stripped. */
import { isPlainNegation, isTurning, type Recipe, type RecipeOutput } from '../../image/recipe.ts';
import { showBytes } from '../../image/quantity.ts';
import type { ImageFacts } from '../contract.ts';
import type { TimeBudget } from '../time.ts';
import { weighImage } from '../weigh.ts';
import { coefficientBytes, turnJpeg } from './coefficients/jpeg.ts';
import { negateCoefficients } from './entropy/negate.ts';
import { Unable } from './entropy/unable.ts';

export interface MadeLosslessly {
  readonly bytes: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The file; or why there is none. */
export type LosslessResult = MadeLosslessly | { readonly why: string };

/**
 * Makes those outputs that can be made so, by name. The others of a JPEG that ask for it have a reason; outputs that
 * do not are not named.
 * @throws KuvaError `transform-timeout`, `interrupted`
 */
export function makeLosslessly(
  bytes: Buffer,
  facts: ImageFacts,
  recipe: Recipe,
  time: TimeBudget,
): ReadonlyMap<string, LosslessResult> {
  const results = new Map<string, LosslessResult>();
  if (facts.format !== 'jpeg') return results;
  const granted = weighImage(facts, recipe);
  const check = (): void => {
    time.check();
  };
  let negated: LosslessResult | undefined;
  for (const output of recipe.outputs.filter(({ lossless }) => lossless !== 'never')) {
    if (isPlainNegation(output)) {
      negated ??= attempt(negationBytes(bytes, facts), granted, () => ({
        bytes: negateCoefficients(bytes, { check }),
        width: facts.width,
        height: facts.height,
      }));
      results.set(output.name, negated);
    } else if (isTurning(output)) {
      results.set(
        output.name,
        attempt(turningBytes(bytes, output), granted, () => turnJpeg(bytes, output, check)),
      );
    }
  }
  return results;
}

function attempt(needed: number, granted: number, make: () => MadeLosslessly): LosslessResult {
  if (needed > granted)
    return { why: `the file is large for its picture: it takes ${showBytes(needed)} of memory` };
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof Unable) return { why: thrown.message };
    throw thrown;
  }
}

/** Bytes at the peak, beside the input: what goes into the module and comes out of it, the result, and ten bytes a block. */
function negationBytes(bytes: Buffer, { width, height, channels }: ImageFacts): number {
  return 3.2 * bytes.length + (10 / 64) * channels * (width + 64) * (height + 64);
}

/** All coefficients, those of the turned picture beside them unless it is only cropped, and the result. */
function turningBytes(bytes: Buffer, { steps, metadata }: RecipeOutput): number {
  const copies =
    metadata === 'strip' || steps.some(({ step }) => step !== 'crop' && step !== 'negate') ? 2 : 1;
  const negation = steps.some(({ step }) => step === 'negate') ? 3.2 * bytes.length : 0;
  return copies * coefficientBytes(bytes) + 3 * bytes.length + negation;
}
