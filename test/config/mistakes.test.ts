import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigInvalid, type Mistake } from '../../src/config/mistake.ts';
import { makeAround } from './around.ts';

const holding = (text: string): unknown => expect.stringContaining(text);

function mistakesOf(text: string, env: Record<string, string> = {}): readonly Mistake[] {
  const around = makeAround(env);
  around.write('kuva.yaml', text);
  try {
    loadConfig({ around });
  } catch (thrown) {
    if (thrown instanceof ConfigInvalid) return thrown.mistakes;
    throw thrown;
  }
  return [];
}

test('all mistakes are told at once, each with line, column, key, what was found and what is expected', () => {
  const mistakes = mistakesOf(`inptu: file:./a
worker:
  concurency: 4
  poll: 5
  attempts: 0
conflict: keep_both
limits: { pixels: lots }
`);
  expect(mistakes).toMatchObject([
    { line: 1, column: 1, key: 'inptu', what: 'there is no such setting', suggestion: 'input' },
    {
      line: 3,
      column: 3,
      key: 'worker.concurency',
      suggestion: 'concurrency',
      expected: holding('concurrency, memory'),
    },
    {
      line: 4,
      column: 9,
      key: 'worker.poll',
      found: 'the number 5',
      expected: holding('2s'),
      suggestion: '5 s',
    },
    {
      line: 5,
      column: 13,
      key: 'worker.attempts',
      found: 'the number 0',
      expected: 'a whole number from 1 to 100',
    },
    { line: 6, key: 'conflict', found: 'the text "keep_both"', suggestion: 'keep-both' },
    { line: 7, column: 19, key: 'limits.pixels', expected: 'a whole number above 0' },
  ]);
});

test('the line itself is shown with a caret below what is wrong', () => {
  expect(mistakesOf('worker:\n  concurency: 4\n')[0]?.excerpt).toEqual(['  concurency: 4', '  ^^^^^^^^^^']);
  expect(mistakesOf('worker: { attempts: many }\n')[0]?.excerpt).toEqual([
    'worker: { attempts: many }',
    '                    ^^^^',
  ]);
});

test('the message of the error holds every mistake, for people', () => {
  const around = makeAround();
  around.write('lab.yaml', 'pipelin: x\nlog: { level: verbos }\n');
  expect(() => loadConfig({ around, file: 'lab.yaml' })).toThrow(
    /^lab\.yaml has 2 mistakes:\n\nlab\.yaml:1:1 {2}pipelin: [\s\S]*Did you mean pipeline\?[\s\S]*lab\.yaml:2:15 {2}log\.level: /,
  );
});

test.each([
  [
    'input:s3://a_bucket\noutput: s3://b_bucket\n',
    1,
    'a space is missing after the colon',
    'input: s3://a_bucket',
  ],
  ['worker:\n  poll:2s\n', 2, 'a space is missing after the colon', 'poll: 2s'],
  ['worker:\n\tpoll: 2s\n', 2, 'a line begins with a tab', undefined],
  [
    'recipe:\n  key: {dir}neg_{name}\n',
    2,
    'a value that begins with { must stand in quotes',
    "key: '{dir}neg_{name}'",
  ],
  ['recipe:\n  key: {stem}\n', 2, 'this value does not fit', "key: '{stem}'"],
  ['pipeline: 1\n', 1, 'this value does not fit', 'pipeline: "1"'],
  ['input:\n', 1, 'there is nothing after the colon', undefined],
  ['input: input_bucket\n', 1, 'this is no bucket and no folder', 's3://input_bucket'],
  [
    'input: s3://input_bucket/folder\n',
    1,
    'a bucket is taken as a whole, without a folder in it',
    's3://input_bucket',
  ],
  ['a: "open\n', 1, 'a quotation mark is opened and never closed', undefined],
  [
    'log: { level: info\nworker:\n',
    2,
    'this line is not indented as the lines that it belongs to',
    undefined,
  ],
  ['a: b: c\n', 1, 'there are two keys on one line, or a value that holds a colon and a space', undefined],
  [
    'worker:\n  attempts: 3\n poll: 2s\n',
    3,
    'this line is not indented as the lines that it belongs to',
    undefined,
  ],
  ['data: @home\n', 1, 'a value cannot begin with @ unless it stands in quotes', undefined],
  ['data: !!js/function x\n', 1, 'tags (words that begin with !) are not used here', undefined],
  ['data: *x\n', 1, '*x refers to an anchor that is not defined above', undefined],
  ['data: x\n---\ndata: y\n', 2, 'a second document begins here (---)', undefined],
  ['- data: x\n', 1, 'the file should hold settings', undefined],
  ['worker: 5\n', 1, 'this value does not fit', undefined],
  ['recipe:\n  steps: negate\n', 2, 'this value does not fit', '- negate'],
  ['recipe:\n  steps:\n    - negat\n', 3, undefined, 'negate'],
  ['recipe:\n  steps:\n    - resiz: { width: 10 }\n', 3, undefined, 'resize'],
  ['recipe:\n  steps:\n    - resize: { widht: 10 }\n', 3, 'there is no such setting', 'width'],
  ['recipe:\n  stepps: []\n', 2, 'there is no such setting', 'steps'],
  ['worker: { memory: atuo }\n', 1, 'this value does not fit', 'auto'],
  ['worker: { memory: 512 }\n', 1, 'this value does not fit', '512 MB'],
])('%j is told at line %i', (text, line, what, suggestion) => {
  const [mistake, ...more] = mistakesOf(text);
  expect(more).toEqual([]);
  expect(mistake?.line).toBe(line);
  if (what !== undefined) expect(mistake?.what).toBe(what);
  expect(mistake?.suggestion).toBe(suggestion);
});

test('a key that is given twice is told, and what else is wrong too', () => {
  expect(mistakesOf('pipeline: a\npipeline: b\nfoo: 1\n').map(({ line, what }) => [line, what])).toEqual([
    [2, 'this key is given twice'],
    [3, 'there is no such setting'],
  ]);
});

test('mistakes of single settings do not hide what is wrong between settings', () => {
  const mistakes = mistakesOf('input: file:./a\noutput: file:./a/b\nworker: { attempts: 0 }\n');
  expect(mistakes.map(({ key }) => key)).toEqual(['output', 'worker.attempts']);
});

test.each([
  ['input: s3://one\noutput: s3://one/\n', 'input bucket'],
  ['input: file:./x\noutput: file:x/\n', 'within the input folder'],
  ['input: file:./x\noutput: file:./x/y\n', 'within the input folder'],
  ['input: file:./x/y\noutput: file:./x\n', 'they must be apart'],
  ['input: file:./x\noutput: file:./y\nrejected: { move: file:./x/bad }\n', 'rejected inputs would be taken'],
  ['input: file:./kuva-data\noutput: file:./y\n', 'embedded database'],
  ['recipe:\n  - { name: a, key: "{name}" }\n  - { name: b, key: "{name}" }\n', 'one key'],
  ['recipe:\n  - {}\n  - { key: "x{name}" }\n', 'two outputs are named image'],
])('%j does not fit together', (text, what) => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  expect(
    mistakesOf(text, keys)
      .map((mistake) => mistake.what)
      .join(),
  ).toContain(what);
});

test('the same bucket name on two servers, and neighbours whose names begin alike, are apart', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const own = (host: string) => `{ url: s3://one, s3: { endpoint: 'https://${host}' } }`;
  expect(mistakesOf(`input: ${own('a.example')}\noutput: ${own('b.example')}\n`, keys)).toEqual([]);
  expect(mistakesOf(`input: ${own('a.example')}\noutput: ${own('a.example')}\n`, keys)).toHaveLength(1);
  expect(mistakesOf('input: file:./pictures\noutput: file:./pictures2\n')).toEqual([]);
  expect(mistakesOf('input: file:./in\noutput: file:./..in\n')).toEqual([]);
});

test('an output that is a link into the input folder is found out', async () => {
  const { mkdirSync, symlinkSync } = await import('node:fs');
  const around = makeAround();
  mkdirSync(`${around.cwd}/in`);
  symlinkSync(`${around.cwd}/in`, `${around.cwd}/out`);
  around.write('kuva.yaml', 'input: file:./in\noutput: file:./out/results\n');
  expect(() => loadConfig({ around })).toThrow(/within the input folder/);
});

test.each([
  's3: { secret_access_key: hunter2, acces_key_id: x }\n',
  's3:\n  access_key_id: x\n  secret_access_key: hunter2\n',
  'database: { password: hunter2, prt: 5 }\n',
  'database: { password: 1, host: 2, user: "x", pasword: hunter2 }\n',
  'database: "postgres://u:hunter2@h/d" x\n',
  'database:postgres://u:hunter2@h/d\nfoo: 1\n',
  'input: https://u:hunter2@h/d\n',
  's3: { endpoint: https://u:hunter2@a3s.fi }\n',
  'database: [postgres://u:hunter2@h/d]\n',
  'databse: postgres://u:hunter2@h/d\n',
  'secret_access_key: hunter2\n',
  'database: { password: "a, hunter2" }\n',
  'database:\n  password: !secret hunter2\n',
  'database:\n\tpassword: hunter2\n',
])('%j is refused, and its secret not repeated', (text) => {
  const around = makeAround();
  around.write('kuva.yaml', text);
  let told = '';
  try {
    loadConfig({ around });
  } catch (thrown) {
    if (!(thrown instanceof ConfigInvalid)) throw thrown;
    told = thrown.message + JSON.stringify(thrown.mistakes);
  }
  expect(told).toContain('mistake');
  expect(told).not.toContain('hunter2');
});

test('a mistake in an option or a variable names that, not a line', () => {
  const around = makeAround({ KUVA_OUTPUT: 'nowhere' });
  around.write('kuva.yaml', 'input: file:./a\noutput: file:./b\n');
  expect(() => loadConfig({ around, overrides: { input: 's3:/x' } })).toThrow(
    /--input {2}input: [\s\S]*env KUVA_OUTPUT {2}output: /,
  );
});
