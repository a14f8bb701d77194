import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../src/config/readRecipe.ts';
import { recipeYaml } from '../../src/config/recipeYaml.ts';
import { defaultRecipe, type Recipe, recipeSchema } from '../../src/image/recipe.ts';

const rich: Recipe = recipeSchema.parse({
  outputs: [
    { name: 'full' },
    {
      name: 'web',
      key: 'web/{dir}{stem}{ext}',
      steps: [
        'auto-orient',
        { resize: { width: 1600, height: 1600, fit: 'cover' } },
        { rotate: { angle: 90 } },
        { convert: { format: 'webp', quality: 82 } },
      ],
      metadata: 'strip',
    },
  ],
});

describe('a recipe as YAML', () => {
  it.each([
    ['the default', defaultRecipe],
    ['one of two outputs', rich],
  ])('is read as the very same recipe: %s', (_name, recipe) => {
    expect(readRecipe(recipeYaml(recipe))).toEqual(recipe);
  });

  it('says what is not the default, one step a line', () => {
    expect(recipeYaml(defaultRecipe)).toBe('recipe:\n  steps:\n    - negate\n');
    expect(recipeYaml(rich)).toContain('      - resize: { width: 1600, height: 1600, fit: cover }\n');
  });

  it('that has mistakes is refused with all of them and their places', () => {
    expect(() => readRecipe('recipe:\n  steps:\n    - blurr\n    - resize: { widht: 3 }\n')).toThrow(
      /The recipe:3:7[\s\S]*blur[\s\S]*The recipe:4/,
    );
    expect(() => readRecipe('steps: [negate]')).toThrow(/steps/);
    expect(() => readRecipe('')).toThrow(/it should begin with a line "recipe:"/);
    expect(() => readRecipe('recipe: [')).toThrow(/The recipe has/);
  });
});
