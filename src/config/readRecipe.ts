import type { Recipe } from '../image/recipe.ts';
import { ConfigInvalid } from './mistake.ts';
import { checkForm, placer, readWritten, recipeOf } from './readForm.ts';
import { parseYamlFile } from './yamlFile.ts';

/**
 * The recipe of a text as it could stand in kuva.yaml, below `recipe:`. Files that it names are not read.
 * @throws KuvaError `config-invalid` ({@link ConfigInvalid}), with every mistake
 */
export function readRecipe(text: string): Recipe {
  const yaml = parseYamlFile('The recipe', text);
  const place = placer(yaml, []);
  const { written, mistakes: shape } = readWritten(yaml, []);
  const { parsed, mistakes: form } = checkForm(written, place);
  const mistakes = [...shape, ...form];
  const { recipe, complaints } = recipeOf(parsed.recipe);
  const missing =
    mistakes.length === 0 && written['recipe'] === undefined
      ? [place({ path: [], part: 'value', what: 'it should begin with a line "recipe:"' })]
      : [];
  const all = [...mistakes, ...missing, ...complaints.map(place)];
  if (all.length > 0) throw new ConfigInvalid('The recipe', all);
  return recipe;
}
