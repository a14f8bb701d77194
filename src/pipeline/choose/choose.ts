import picomatch from 'picomatch';
import type { ObjectKey } from '../../image/key.ts';
import type { Recipe } from '../../image/recipe.ts';
import type { ImageFacts } from '../../transform/contract.ts';
import type { Conditions } from './config.ts';

/** A rule with its recipe in full. */
export interface Rule {
  readonly name: string;
  /** Left out: it fits all that come to it. */
  readonly when?: Conditions;
  readonly recipe: Recipe | 'skip';
}

/** What is to be done with an image, and by which rule; without one, no rule fitted. */
export type Choice =
  | { readonly kind: 'recipe'; readonly rule?: string; readonly recipe: Recipe }
  | { readonly kind: 'skip'; readonly rule: string };

/** What is known of an image: at first what a listing says, later its header. */
export interface Known {
  readonly key: ObjectKey;
  /** Bytes. */
  readonly size: number;
  readonly facts?: Pick<ImageFacts, 'format' | 'width' | 'height' | 'pages'>;
  /** What the file says about itself; undefined with `facts`: not known, though the rest is. */
  readonly tags?: NonNullable<ImageFacts['tags']>;
}

/**
 * Picks the recipe of an image: the first rule that fits. The same image gives the same answer on every machine and in
 * every attempt, as long as the rules are the same.
 */
export interface Chooser {
  /** All recipes that it may pick. */
  readonly recipes: readonly Recipe[];
  /** `look`: what is known does not tell; its header would. Never with `facts` and `tags`. */
  choose(known: Known): Choice | 'look';
}

/** @param fallback for images that no rule fits */
export function makeChooser(rules: readonly Rule[], fallback: Recipe): Chooser {
  const compiled = rules.map(({ name, when = {}, recipe }) => ({
    choice:
      recipe === 'skip'
        ? ({ kind: 'skip', rule: name } as const)
        : { kind: 'recipe' as const, rule: name, recipe },
    fits: compile(when),
  }));
  const other: Choice = { kind: 'recipe', recipe: fallback };
  return {
    recipes: [...rules.flatMap(({ recipe }) => (recipe === 'skip' ? [] : [recipe])), fallback],
    choose(known) {
      for (const { choice, fits } of compiled) {
        const fit = fits(known);
        if (fit === 'unknown') return 'look';
        if (fit === 'yes') return choice;
      }
      return other;
    },
  };
}

type Fit = 'yes' | 'no' | 'unknown';

/** One condition. @returns undefined: what is known does not tell */
type Test = (known: Known) => boolean | undefined;

function compile(when: Conditions): (known: Known) => Fit {
  const tests = testsOf(when);
  return (known) => {
    let fit: Fit = 'yes';
    for (const test of tests) {
      const holds = test(known);
      // One that does not hold settles it, whatever the unknown ones would say.
      if (holds === false) return 'no';
      if (holds === undefined) fit = 'unknown';
    }
    return fit;
  };
}

function testsOf({ key, format, bytes, width, height, megapixels, pages, metadata }: Conditions): Test[] {
  const tests: Test[] = [];
  const ofFacts = (test: (facts: NonNullable<Known['facts']>) => boolean): void => {
    tests.push(({ facts }) => (facts === undefined ? undefined : test(facts)));
  };
  if (key !== undefined) {
    const fits = anyPattern(key);
    tests.push((known) => fits(known.key));
  }
  if (bytes !== undefined) tests.push(({ size }) => within(size, bytes));
  if (format !== undefined) ofFacts((facts) => format.includes(facts.format));
  if (width !== undefined) ofFacts((facts) => within(facts.width, width));
  if (height !== undefined) ofFacts((facts) => within(facts.height, height));
  if (pages !== undefined) ofFacts((facts) => within(facts.pages, pages));
  if (megapixels !== undefined) ofFacts((facts) => within((facts.width * facts.height) / 1e6, megapixels));
  for (const [tag, patterns] of Object.entries(metadata ?? {})) {
    if (patterns === undefined) continue;
    const fits = anyPattern(patterns, { bash: true });
    tests.push(({ tags }) => (tags === undefined ? undefined : fits(tags[tag] ?? '')));
  }
  return tests;
}

/** All that a header tells, for {@link Chooser.choose}. */
export function knownOf(facts: ImageFacts): Required<Pick<Known, 'facts' | 'tags'>> {
  return { facts, tags: facts.tags ?? {} };
}

/**
 * Does one of the patterns fit the whole text? Dots at the beginning of a name are letters like any other.
 * @param options `bash`: a star stands for slashes too, for texts that are no paths
 */
export function anyPattern(
  patterns: readonly string[],
  options: { readonly bash?: true } = {},
): (text: string) => boolean {
  const matchers = patterns.map((pattern) => picomatch(pattern, { dot: true, ...options }));
  return (text) => matchers.some((matches) => matches(text));
}

function within(
  value: number,
  { min, max }: { min?: number | undefined; max?: number | undefined },
): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}
