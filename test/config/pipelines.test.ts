import { expect, test } from 'vitest';
import { loadConfig, pipelineNames } from '../../src/config/load.ts';
import { ConfigInvalid, type Mistake } from '../../src/config/mistake.ts';
import { makeAround } from './around.ts';

const holding = (text: string): unknown => expect.stringContaining(text);

function load(text: string, pipeline?: string) {
  const around = makeAround();
  around.write('kuva.yaml', text);
  return loadConfig({ around, ...(pipeline !== undefined && { pipeline }) });
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

const two = `conflict: reject
worker: { attempts: 2 }
pipelines:
  - name: microscopes
    input: file:./m/in
    output: file:./m/out
    recipe: { steps: [normalise] }
  - name: cameras
    conflict: replace
`;

test('several pipelines have their own places and recipes, and share all else', () => {
  const { value, values, origins } = load(two);
  expect(values).toMatchObject([
    {
      pipeline: 'microscopes',
      input: { path: holding('/m/in') },
      recipe: { outputs: [{ steps: [{ step: 'normalise' }] }] },
      conflict: 'reject',
      worker: { attempts: 2 },
    },
    {
      pipeline: 'cameras',
      input: { path: holding('/kuva-data/cameras/input') },
      output: { path: holding('/kuva-data/cameras/output') },
      recipe: { outputs: [{ steps: [{ step: 'negate' }] }] },
      conflict: 'replace',
    },
  ]);
  expect(values[0]?.database).toEqual(values[1]?.database);
  expect(value).toBe(values[0]);
  expect(load(two, 'cameras').value.pipeline).toBe('cameras');
  expect(() => load(two, 'camera')).toThrow('There is no pipeline named camera');
  expect(origins.get('pipelines[0].input')).toBe('kuva.yaml line 5');
  expect(origins.get('pipelines[1].conflict')).toBe('kuva.yaml line 9');
  expect(origins.get('worker.attempts')).toBe('kuva.yaml line 2');
});

test('the names are told without looking at the rest; a file about one pipeline has none', () => {
  const around = makeAround();
  expect(pipelineNames({ around })).toBeUndefined();
  around.write('kuva.yaml', two);
  expect(pipelineNames({ around })).toEqual(['microscopes', 'cameras']);
});

test('mistakes within a pipeline have their line and key, and what is wrong for all is told once', () => {
  expect(
    mistakesOf(`worker: { attempts: 0 }
pipelines:
  - name: one
    inptu: file:./a
  - name: two
    recipe: { steps: [negat] }
    limits: { pages: 3 }
  - name: two
`),
  ).toMatchObject([
    { line: 1, key: 'worker.attempts' },
    { line: 4, key: 'pipelines[0].inptu', what: 'there is no such setting', suggestion: 'input' },
    { line: 6, key: 'pipelines[1].recipe.steps[0]', suggestion: 'negate' },
    { line: 7, key: 'pipelines[1].limits', what: holding('stands above the list') },
    { line: 8, key: 'pipelines[2].name', what: holding('two pipelines are named two') },
  ]);
});

test('a chain is allowed; a circle, and two that take from one place, are not', () => {
  const chain = (lastOutput: string) => `pipelines:
  - { name: one, input: file:./a, output: file:./b }
  - { name: two, input: file:./b, output: file:./c }
  - { name: three, input: file:./c, output: ${lastOutput} }
`;
  expect(mistakesOf(chain('file:./d'))).toEqual([]);
  expect(mistakesOf(chain('file:./a'))).toMatchObject([
    { line: 2, key: 'pipelines[0].input', what: holding('comes back to this place') },
  ]);
  expect(
    mistakesOf(`pipelines:
  - { name: one, input: file:./a, output: file:./b }
  - { name: two, input: file:./a/c, output: file:./d }
`),
  ).toMatchObject([
    { line: 3, key: 'pipelines[1].input', what: holding('another pipeline takes its images from') },
  ]);
});

test('settings above the list that are for nobody are told', () => {
  expect(
    mistakesOf(`pipeline: cats
conflict: reject
pipelines:
  - { name: one, conflict: replace }
  - { name: two, conflict: replace }
`),
  ).toMatchObject([
    { line: 1, key: 'pipeline', what: holding('each has its own name') },
    { line: 2, key: 'conflict', what: holding('for nobody') },
  ]);
});
