import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isSeq, visit } from 'yaml';
import { outputSchema, type Recipe, type RecipeOutput } from '../image/recipe.ts';
import { type Step, stepSchema } from '../image/steps.ts';

/** A recipe as it can be written into kuva.yaml; what has its default is left out, but for the steps. */
export function recipeYaml({ outputs }: Recipe): string {
  const written = outputs.map(outputForm);
  const document = new Document({ recipe: written.length === 1 ? written[0] : written });
  visit(document, {
    Pair: (_key, { key, value }) => {
      if (String(key) !== 'steps' || !isSeq(value)) return;
      // One step a line, with its settings behind it.
      for (const item of value.items) {
        if (!isMap(item)) continue;
        for (const { value: settings } of item.items) if (isMap(settings)) settings.flow = true;
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}

function outputForm({ steps, ...rest }: RecipeOutput): Record<string, unknown> {
  const usual: Record<string, unknown> = outputSchema.parse({});
  const changed = Object.entries(rest).filter(([name, value]) => value !== usual[name]);
  return { ...Object.fromEntries(changed), steps: steps.map(stepForm) };
}

/** Its name alone where all settings have their defaults. */
function stepForm({ step, ...settings }: Step): unknown {
  const whole = { step, ...settings };
  let form: Record<string, unknown> = settings;
  for (const name of Object.keys(settings)) {
    const less = Object.fromEntries(Object.entries(form).filter(([other]) => other !== name));
    const parsed = stepSchema.safeParse({ [step]: less });
    if (parsed.success && isDeepStrictEqual(parsed.data, whole)) form = less;
  }
  return Object.keys(form).length === 0 ? step : { [step]: form };
}
