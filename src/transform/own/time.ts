import { durationSchema } from '../../image/quantitySchema.ts';
import type { Recipe } from '../../image/recipe.ts';

/** Milliseconds that the own steps of a recipe may take, beside kuva's own limit. */
export function ownTime({ outputs }: Recipe): number {
  return outputs
    .flatMap(({ steps }) => steps)
    .reduce(
      (total, step) =>
        step.step === 'command' || step.step === 'module' ? total + durationSchema.parse(step.time) : total,
      0,
    );
}
