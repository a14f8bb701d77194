import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigInvalid, type Mistake } from '../../src/config/mistake.ts';
import { makeAround } from './around.ts';

const holding = (text: string): unknown => expect.stringContaining(text);

function load(text: string) {
  const around = makeAround();
  around.write('kuva.yaml', text);
  return loadConfig({ around });
}

function mistakesOf(text: string): readonly Mistake[] {
  try {
    load(text);
  } catch (thrown) {
    if (thrown instanceof ConfigInvalid) return thrown.mistakes;
    throw thrown;
  }
  return [];
}

test('rules have names, conditions and recipes in every form that `recipe` has', () => {
  const { value } = load(`include: '**/*.{jpg,tif}'
exclude: [ 'drafts/**' ]
choose:
  - name: stacks
    when: { format: tiff, pages: { min: 2 }, bytes: { max: 2 GB } }
    recipe:
      - { name: web, key: 'web/{key}' }
      - { name: small, key: 'small/{key}' }
  - { name: drafts, when: { key: 'draft*' }, recipe: skip }
  - { name: rest, recipe: { steps: [grayscale] } }
`);
  expect(value.wanted).toEqual({ include: ['**/*.{jpg,tif}'], exclude: ['drafts/**'] });
  expect(value.choose).toMatchObject([
    {
      name: 'stacks',
      when: { format: ['tiff'], pages: { min: 2 }, bytes: { max: 2e9 } },
      recipe: { outputs: [{ name: 'web' }, { name: 'small' }] },
    },
    { name: 'drafts', when: { key: ['draft*'] }, recipe: 'skip' },
    { name: 'rest', recipe: { outputs: [{ steps: [{ step: 'grayscale' }] }] } },
  ]);
});

test('a rule that never comes to its turn is told with its line', () => {
  expect(
    mistakesOf(`choose:
  - { name: all, recipe: skip }
  - { name: later, when: { key: 'a*' }, recipe: skip }
`),
  ).toMatchObject([{ line: 3, key: 'choose[1].name', what: holding('never comes to its turn: all above') }]);
  expect(
    mistakesOf(`choose:
  - { name: one, when: { key: 'a*' }, recipe: skip }
  - { name: two, when: { key: ['a*'] }, recipe: {} }
`),
  ).toMatchObject([{ line: 3, key: 'choose[1].when', what: holding('one above has the same conditions') }]);
});

test('two rules of one name, conditions that hold for all, spans that none fits and recipes that clash are told', () => {
  expect(
    mistakesOf(`choose:
  - { name: one, when: { key: 'a*' }, recipe: skip }
  - { name: one, when: { key: 'b*' }, recipe: skip }
  - { name: two, when: { bytes: {} }, recipe: skip }
`),
  ).toMatchObject([
    { line: 3, key: 'choose[1].name', what: holding('two rules are named one') },
    { line: 4, key: 'choose[2].when', what: holding('hold for every image') },
  ]);
  expect(
    mistakesOf(`choose:
  - name: two
    when: { width: { min: 9, max: 1 } }
    recipe: skip
`),
  ).toMatchObject([{ line: 3, key: 'choose[0].when.width', what: holding('min is above max') }]);
  expect(
    mistakesOf(`choose:
  - name: two
    when: { width: { min: 9 } }
    recipe:
      - { name: a, key: 'x/{key}' }
      - { name: b, key: 'x/{key}' }
`),
  ).toMatchObject([{ line: 6, key: 'choose[0].recipe[1].key', what: holding('under one key') }]);
});

test('a recipe that no image would get is told', () => {
  expect(
    mistakesOf(`recipe: { steps: [negate] }
choose:
  - { name: rest, recipe: skip }
`),
  ).toMatchObject([{ line: 1, key: 'recipe', what: holding('no image would get this recipe') }]);
});

test('inputs that are done are removed, kept or moved; never into the input bucket', () => {
  expect(load('').value.done).toBe('delete');
  expect(load('done: keep\n').value.done).toBe('keep');
  const { value, origins } = load('done: { move: file:./done }\n');
  expect(value.done).toMatchObject({ move: { kind: 'folder', path: holding('/done') } });
  expect(origins.get('done.move')).toBe('kuva.yaml line 1');
  expect(mistakesOf('input: file:./in\ndone: { move: file:./in/done }\n')).toMatchObject([
    { line: 2, key: 'done.move', what: holding('inputs that are done would be taken for new images') },
  ]);
});
