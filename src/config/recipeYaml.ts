import { stringify } from 'yaml';
import type { Recipe } from '../image/recipe.ts';

/** A recipe as it can be written into kuva.yaml, with all its settings. */
export function recipeYaml({ outputs }: Recipe): string {
  const written = outputs.map(({ steps, ...output }) => ({
    ...output,
    steps: steps.map(({ step, ...settings }) =>
      Object.keys(settings).length === 0 ? step : { [step]: settings },
    ),
  }));
  return stringify({ recipe: { outputs: written } }, { lineWidth: 0 });
}
