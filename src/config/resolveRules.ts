/** The rules that choose recipes, in full; what single ones cannot tell: which of them never comes to its turn. */
import { isDeepStrictEqual } from 'node:util';
import type { Rule } from '../pipeline/choose/choose.ts';
import type { Complaint, KeyPath } from './mistake.ts';
import { recipeOf } from './readForm.ts';
import type { FileConfig } from './schema.ts';

export interface ResolvedRules {
  readonly rules: readonly Rule[];
  readonly complaints: readonly Complaint[];
}

/** @param given is `recipe` written as well? */
export function resolveRules({ choose = [] }: FileConfig, given: boolean): ResolvedRules {
  const complaints: Complaint[] = [];
  const complain = (path: KeyPath, what: string, expected?: string): void => {
    complaints.push({ path, part: 'value', what, ...(expected !== undefined && { expected }) });
  };
  const rules = choose.map(({ name, when, recipe: form }, index): Rule => {
    const at: KeyPath = ['choose', index];
    const earlier = choose.slice(0, index);
    const double = earlier.findIndex((rule) => rule.name === name);
    if (double >= 0) complain([...at, 'name'], `two rules are named ${name}: give each its own name`);
    const everything = earlier.findIndex((rule) => fitsAll(rule.when));
    const same = earlier.find((rule) => isDeepStrictEqual(rule.when, when));
    if (everything >= 0 && everything === index - 1)
      complain(
        [...at, 'name'],
        `this rule never comes to its turn: ${earlier[everything]?.name ?? ''} above has no conditions`,
        'a rule without `when` only as the last one',
      );
    else if (same !== undefined && everything < 0)
      complain(
        [...at, 'when'],
        `this rule never comes to its turn: ${same.name} above has the same conditions`,
      );
    if (when !== undefined && fitsAll(when))
      complain(
        [...at, 'when'],
        'these conditions hold for every image',
        'at least one condition, or no `when`',
      );
    const resolved = form === 'skip' ? undefined : recipeOf(form, [...at, 'recipe']);
    complaints.push(...(resolved?.complaints ?? []));
    return { name, ...(when !== undefined && { when }), recipe: resolved?.recipe ?? 'skip' };
  });
  const last = choose.at(-1);
  if (given && last !== undefined && last.when === undefined)
    complain(
      ['recipe'],
      `no image would get this recipe: the last rule, ${last.name}, is for all others`,
      'either this, or a last rule without `when`',
    );
  return { rules, complaints };
}

/** No condition at all, or only empty ones. */
function fitsAll(when: Rule['when']): boolean {
  return Object.values(when ?? {}).every(
    (condition) =>
      condition === undefined ||
      (typeof condition === 'object' &&
        !Array.isArray(condition) &&
        Object.values(condition).every((value) => value === undefined)),
  );
}
