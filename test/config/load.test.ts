import { mkdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectConfig, loadConfig } from '../../src/config/load.ts';
import { ConfigInvalid } from '../../src/config/mistake.ts';
import { defaultRecipe } from '../../src/image/recipe.ts';
import { makeAround } from './around.ts';

const holding = (text: string): unknown => expect.stringContaining(text);

test('without a file everything lies in ./kuva-data', () => {
  const around = makeAround();
  const { value, origins, notes } = loadConfig({ around });
  expect(value).toMatchObject({
    pipeline: 'images',
    input: { kind: 'folder', path: `${around.cwd}/kuva-data/input` },
    output: { kind: 'folder', path: `${around.cwd}/kuva-data/output` },
    database: { kind: 'embedded', folder: `${around.cwd}/kuva-data/postgres` },
    recipe: defaultRecipe,
    conflict: 'keep-both',
    rejected: {},
    limits: { bytes: 1e9, time: 300_000 },
    worker: { concurrency: 'auto', poll: 2000, settle: 250 },
    log: { level: 'info', format: 'auto' },
  });
  expect(value.file).toBeUndefined();
  expect(new Set(origins.values())).toEqual(new Set(['default']));
  expect(notes).toEqual([]);
});

test.each([
  '',
  '# nothing\n',
  '---\n',
  'worker:\nlimits:\ns3:\nlog:\nrejected:\n',
  '\uFEFFpipeline: images\r\n',
])('the file %j gives the same as no file', (text) => {
  const around = makeAround();
  const none = loadConfig({ around }).value;
  const file = around.write('kuva.yaml', text);
  expect(loadConfig({ around }).value).toEqual({ ...none, file });
});

test('--data moves the embedded parts, and its origin is told', () => {
  const around = makeAround();
  const { value, origins } = loadConfig({ around, overrides: { data: '~/pictures' } });
  expect(value.input).toMatchObject({ path: `${around.home}/pictures/input` });
  expect(value.database).toEqual({ kind: 'embedded', folder: `${around.home}/pictures/postgres` });
  expect(origins.get('data')).toBe('--data');
});

test('--config goes before KUVA_CONFIG, which goes before ./kuva.yaml', () => {
  const around = makeAround({ KUVA_CONFIG: 'env.yaml' });
  around.write('kuva.yaml', 'pipeline: here\n');
  around.write('env.yaml', 'pipeline: env\n');
  around.write('option.yaml', 'pipeline: option\n');
  expect(loadConfig({ around, file: 'option.yaml' }).value.pipeline).toBe('option');
  expect(loadConfig({ around }).value.pipeline).toBe('env');
  expect(loadConfig({ around: { ...around, env: {} } }).value.pipeline).toBe('here');
});

test('a file that was named and is not there is an error; defaults would be a surprise', () => {
  const around = makeAround({ KUVA_CONFIG: 'gone.yaml' });
  expect(() => loadConfig({ around })).toThrow(
    expect.objectContaining({ code: 'config-missing', message: holding('KUVA_CONFIG') }),
  );
  mkdirSync(`${around.cwd}/kuva.yaml`);
  expect(() => loadConfig({ around: { ...around, env: {} } })).toThrow(
    /kuva\.yaml cannot be read: it is a folder/,
  );
});

test('relative paths start from the file’s folder, those of options and variables from the working directory', () => {
  const around = makeAround({ KUVA_OUTPUT: 'file:out' });
  around.write('conf/lab.yaml', 'input: file:./in\ndata: ../shared\n');
  const { value } = loadConfig({ around, file: 'conf/lab.yaml', overrides: {} });
  expect(value.input).toMatchObject({ path: `${around.cwd}/conf/in` });
  expect(value.output).toMatchObject({ path: `${around.cwd}/out` });
  expect(value.data).toBe(`${around.cwd}/shared`);
});

test.each([
  ['file:./a b', 'a b'],
  ['file:a%20b', 'a%20b'],
  ['./x', 'x'],
  ['file:///tmp/a%20b', '/tmp/a b'],
  ['/abs/x/', '/abs/x'],
  ['file:/abs', '/abs'],
])('%s is the folder %s', (written, folder) => {
  const around = makeAround();
  around.write('kuva.yaml', `input: ${written}\n`);
  const path = folder.startsWith('/') ? folder : `${around.cwd}/${folder}`;
  expect(loadConfig({ around }).value.input).toMatchObject({ kind: 'folder', path });
});

test('options go before variables, variables before the file, each with its origin', () => {
  const around = makeAround({ KUVA_INPUT: 'file:env-in', KUVA_DATABASE: 'embedded', KUVA_DATA: 'env-data' });
  around.write('kuva.yaml', 'input: file:./in\noutput: file:./out\ndatabase: postgres://u:p@h/d\ndata: d\n');
  const { value, origins } = loadConfig({ around, overrides: { input: 'file:option-in' } });
  expect(value).toMatchObject({
    input: { path: `${around.cwd}/option-in` },
    output: { path: `${around.cwd}/out` },
    database: { kind: 'embedded' },
    data: `${around.cwd}/env-data`,
  });
  expect(Object.fromEntries(origins)).toMatchObject({
    input: '--input',
    output: 'kuva.yaml line 2',
    database: 'env KUVA_DATABASE',
    data: 'env KUVA_DATA',
  });
});

test('a variable that is set to nothing counts as not set', () => {
  const around = makeAround({ KUVA_INPUT: '', KUVA_CONFIG: '', AWS_PROFILE: '' });
  expect(loadConfig({ around }).value.input.kind).toBe('folder');
});

test('a KUVA_ variable with a slip of the pen is noticed', () => {
  const around = makeAround({ KUVA_DATABSE: 'x', KUVA_SOMETHING_ELSE: 'y' });
  expect(loadConfig({ around }).notes).toEqual([
    'The variable KUVA_DATABSE means nothing to kuva; did you mean KUVA_DATABASE?',
  ]);
});

test('one output and a list of one output are the same recipe', () => {
  const around = makeAround();
  around.write('kuva.yaml', "recipe:\n  key: 'x/{name}'\n  steps: [negate, { resize: { width: 5 } }]\n");
  const one = loadConfig({ around }).value.recipe;
  around.write(
    'kuva.yaml',
    "recipe:\n  - key: 'x/{name}'\n    steps:\n      - negate\n      - resize:\n          width: 5\n",
  );
  expect(loadConfig({ around }).value.recipe).toEqual(one);
  expect(one.outputs).toHaveLength(1);
});

test('anchors of YAML can be used for steps that several outputs share', () => {
  const around = makeAround();
  around.write(
    'kuva.yaml',
    "recipe:\n  - name: a\n    key: 'a/{name}'\n    steps: &shared [negate]\n  - name: b\n    key: 'b/{name}'\n    steps: *shared\n",
  );
  expect(loadConfig({ around }).value.recipe.outputs.map(({ steps }) => steps.length)).toEqual([1, 1]);
});

test('a place for rejected inputs is a bucket on the input’s server', () => {
  const around = makeAround({ AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 'x' });
  around.write('~/.aws/credentials', '[lab]\naws_access_key_id=LAB\naws_secret_access_key=L\n');
  around.write(
    'kuva.yaml',
    'input: { url: s3://in_bucket, s3: { profile: lab, endpoint: "https://lab.example" } }\noutput: s3://out_bucket\nrejected: { move: s3://bad_bucket }\n',
  );
  const { value } = loadConfig({ around });
  expect(value.rejected.move).toMatchObject({ bucket: 'bad_bucket', connection: { accessKeyId: 'LAB' } });
  expect(value.output).toMatchObject({ connection: { accessKeyId: 'ENV' } });
});

test('an alias bomb is refused, not unfolded', () => {
  const around = makeAround();
  const level = (name: string, of: string) =>
    `${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(',')}]\n`;
  around.write(
    'kuva.yaml',
    `a: &a [x]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}${level('e', 'd')}`,
  );
  expect(() => loadConfig({ around })).toThrow(/aliases are used so often/);
});

test('whatever a file holds, it is loaded or refused in our own words', () => {
  const around = makeAround();
  const piece = fc.oneof(
    fc.constantFrom(
      'input',
      'recipe',
      'worker',
      'steps',
      's3',
      'database',
      'negate',
      ': ',
      ':',
      '\n',
      '\n  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '#',
      '&a ',
      '*a',
      '\t',
      '|',
      '!x ',
      '? ',
      '<<',
      '${A}',
      'null',
      '1',
      '~',
      's3://b_b',
      'postgres://u:p@h/d',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      around.write('kuva.yaml', pieces.join(''));
      try {
        inspectConfig({ around });
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ConfigInvalid);
      }
    }),
    { numRuns: 500 },
  );
});
