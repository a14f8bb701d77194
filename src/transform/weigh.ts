import type { Recipe } from '../image/recipe.ts';
import type { ImageFacts } from './contract.ts';

export function weighImage(facts: ImageFacts, recipe: Recipe): number {
  return recipe.outputs.length * facts.width * facts.height * 8;
}
