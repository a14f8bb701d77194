/** What a recipe's outputs ask for that a JPEG gives without being decoded: negated, turned, mirrored, cropped, stripped. */
import { isPlainNegation, isTurning, type Recipe, type RecipeOutput } from '../../image/recipe.ts';
import type { ImageFacts } from '../contract.ts';
import type { TimeBudget } from '../time.ts';
import { weighImage } from '../weigh.ts';
import { coefficientBytes, turnJpeg } from './coefficients/jpeg.ts';
import { type LosslessResult, negateWithin, within } from './negation.ts';

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
      negated ??= negateWithin(bytes, facts, granted, { check });
      results.set(output.name, negated);
    } else if (isTurning(output)) {
      results.set(
        output.name,
        within(turningBytes(bytes, output), granted, () => turnJpeg(bytes, output, check)),
      );
    }
  }
  return results;
}

/** All coefficients, those of the turned picture beside them unless it is only cropped, and the result. */
function turningBytes(bytes: Buffer, { steps, metadata }: RecipeOutput): number {
  const copies =
    metadata === 'strip' || steps.some(({ step }) => step !== 'crop' && step !== 'negate') ? 2 : 1;
  const negation = steps.some(({ step }) => step === 'negate') ? 3.2 * bytes.length : 0;
  return copies * coefficientBytes(bytes) + 3 * bytes.length + negation;
}
