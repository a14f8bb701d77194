import { describe, expect, it } from 'vitest';
import { parseObjectKey } from '../../../src/image/key.ts';
import { defaultRecipe } from '../../../src/image/recipe.ts';
import { type Known, knownOf, makeChooser } from '../../../src/pipeline/choose/choose.ts';
import { conditionsSchema } from '../../../src/pipeline/choose/config.ts';
import type { ImageFacts } from '../../../src/transform/contract.ts';

const facts = (changes: Partial<ImageFacts> = {}): ImageFacts => ({
  format: 'jpeg',
  width: 4000,
  height: 3000,
  pages: 1,
  depth: 8,
  channels: 3,
  hasAlpha: false,
  ...changes,
});

/** What a single rule with these conditions makes of an image. */
function answer(when: object, key: string, known: Partial<Known> = {}): string {
  const rule = { name: 'it', when: conditionsSchema.parse(when), recipe: 'skip' } as const;
  const choice = makeChooser([rule], defaultRecipe).choose({
    key: parseObjectKey(key),
    size: 1_000_000,
    ...known,
  });
  return choice === 'look' ? 'look' : choice.kind === 'skip' ? 'fits' : 'other';
}

describe('choosing a recipe', () => {
  it.each([
    ['scans/**', 'scans/2026/a.tif', 'fits'],
    ['scans/*', 'scans/2026/a.tif', 'other'],
    ['**/*.{tif,tiff}', 'a.tif', 'fits'],
    ['**/*.{tif,tiff}', 'x/y/.a.tiff', 'fits'],
    ['**/*.tif', 'a.TIF', 'other'],
    ['[0-9]*.png', '7.png', 'fits'],
  ])('by a key pattern: %s and %s', (key, object, expected) => {
    expect(answer({ key }, object)).toBe(expected);
  });

  it('by one of several patterns', () => {
    expect(answer({ key: ['a/**', 'b/**'] }, 'b/c.png')).toBe('fits');
  });

  it('by the size of the file, without looking into it', () => {
    expect(answer({ bytes: { min: '1 MB' } }, 'a.png')).toBe('fits');
    expect(answer({ bytes: { min: '1 MB', max: '2 MB' } }, 'a.png', { size: 2_000_001 })).toBe('other');
  });

  it('waits for the header where only that tells, and not where another condition fails already', () => {
    expect(answer({ format: 'tiff' }, 'a.tif')).toBe('look');
    expect(answer({ format: 'tiff', key: 'b/**' }, 'a.tif')).toBe('other');
  });

  it('by what the header tells', () => {
    const known = knownOf(facts());
    expect(answer({ format: ['tiff', 'jpeg'] }, 'a', known)).toBe('fits');
    expect(answer({ width: { max: 4000 }, height: { min: 3000 } }, 'a', known)).toBe('fits');
    expect(answer({ megapixels: { min: 12.1 } }, 'a', known)).toBe('other');
    expect(answer({ pages: { min: 2 } }, 'a', knownOf(facts({ pages: 3 })))).toBe('fits');
  });

  it('by what the file says about itself; one that says nothing fits no pattern but a star', () => {
    const canon = knownOf(facts({ tags: { make: 'Canon', model: 'EOS R5 / mark II' } }));
    expect(answer({ metadata: { make: 'Canon*' } }, 'a', canon)).toBe('fits');
    expect(answer({ metadata: { make: 'Canon*', model: '* / mark*' } }, 'a', canon)).toBe('fits');
    expect(answer({ metadata: { make: 'Nikon*' } }, 'a', canon)).toBe('other');
    expect(answer({ metadata: { make: 'Canon*' } }, 'a', knownOf(facts()))).toBe('other');
    expect(answer({ metadata: { make: 'Canon*' } }, 'a', { facts: facts() })).toBe('look');
  });

  it('takes the first rule that fits, and a rule without conditions takes all others', () => {
    const chooser = makeChooser(
      [
        { name: 'one', when: { key: ['a*'] }, recipe: 'skip' },
        { name: 'two', when: { key: ['ab*'] }, recipe: defaultRecipe },
        { name: 'rest', recipe: defaultRecipe },
      ],
      defaultRecipe,
    );
    const ruleOf = (key: string) => chooser.choose({ key: parseObjectKey(key), size: 1 });
    expect(ruleOf('abc')).toEqual({ kind: 'skip', rule: 'one' });
    expect(ruleOf('xyz')).toMatchObject({ kind: 'recipe', rule: 'rest' });
  });
});
