import { readFileSync, statSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askOn } from '../../src/cli/ask.ts';
import { type InitOptions, initConfig } from '../../src/cli/init.ts';
import { inspectConfig, loadConfig } from '../../src/config/load.ts';
import { KuvaError } from '../../src/image/failure.ts';
import { makeAround, type TestSurroundings } from '../config/around.ts';

const read = (around: TestSurroundings, name = 'kuva.yaml') => readFileSync(`${around.cwd}/${name}`, 'utf8');
const modeOf = (around: TestSurroundings, name: string) => statSync(`${around.cwd}/${name}`).mode & 0o777;
const exists = (around: TestSurroundings, name = 'kuva.yaml') =>
  around.look(`${around.cwd}/${name}`).outcome !== 'missing';

async function failureOf(work: Promise<unknown>): Promise<KuvaError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof KuvaError) return thrown;
  throw new Error('it did not fail as it should', { cause: thrown });
}

/** A terminal on which somebody answers the questions in turn; `\x03` is Ctrl-C. */
function terminal(answers: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 200 });
  const left = [...answers];
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    shown += text;
    if (!/\] (?:\x1b\[\d+G)?$/.test(text)) return;
    const answer = left.shift();
    if (answer !== undefined) input.write(answer === '\x03' || answer === '\x04' ? answer : `${answer}\n`);
  });
  return { ...askOn(input, output), shown: () => shown };
}

async function answered(
  around: TestSurroundings,
  answers: readonly string[],
  options: Partial<InitOptions> = {},
) {
  const asking = terminal(answers);
  try {
    return { result: await initConfig({ ...options, around, ask: asking.ask }), shown: asking.shown() };
  } finally {
    asking.close();
  }
}

test('with --yes and nothing else, the file says what holds without a file', async () => {
  const around = makeAround();
  const before = loadConfig({ around }).value;
  const { written, next, notes } = await initConfig({ around });
  expect(written).toEqual([`${around.cwd}/kuva.yaml`]);
  expect(next).toEqual(['kuva doctor', 'kuva run']);
  expect(notes).toEqual([]);
  expect(loadConfig({ around }).value).toEqual({ ...before, file: `${around.cwd}/kuva.yaml` });
});

const s3 = { input: 's3://input_bucket', output: 's3://output_bucket' };

test('buckets and a database from options stand in the file, the endpoint from ~/.s3cfg too', async () => {
  const around = makeAround();
  around.write('~/.s3cfg', 'access_key = A\nsecret_key = s3secret\nhost_base = a3s.fi\n');
  await initConfig({
    around,
    ...s3,
    database: 'postgres://db_admin@5.6.7.8:5432/pipeline_db?sslmode=require',
  });
  const { value, origins } = loadConfig({ around });
  expect(value).toMatchObject({
    input: { bucket: 'input_bucket', connection: { accessKeyId: 'A' } },
    output: { bucket: 'output_bucket' },
    database: { kind: 'server', connection: { host: '5.6.7.8', user: 'db_admin', sslmode: 'require' } },
  });
  expect(origins.get('s3.endpoint')).toMatch(/kuva\.yaml line/);
  expect(read(around)).not.toContain('s3secret');
});

test('a password goes into a file of its own that only its owner may read', async () => {
  const around = makeAround();
  const { written, notes } = await initConfig({
    around,
    ...s3,
    database: 'postgres://db_admin:p%3Aw%5C@5.6.7.8/pipeline_db?sslmode=require',
  });
  expect(written).toEqual([`${around.cwd}/kuva.yaml`, `${around.cwd}/kuva.pgpass`]);
  expect(modeOf(around, 'kuva.pgpass')).toBe(0o600);
  expect(read(around)).not.toContain('p:w');
  expect(read(around)).not.toContain('p%3Aw');
  expect(notes.join('\n')).toMatch(/kuva\.pgpass, which only you can read/);
  expect(notes.join('\n')).not.toContain('p:w');
  const { database } = inspectConfig({ around }).value;
  expect(database.kind === 'server' && database.connection.password?.reveal()).toBe('p:w\\');
});

test('every setting that is switched off can be switched on, each alone and all together', async () => {
  const around = makeAround({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  around.write('~/.aws/credentials', '[default]\naws_access_key_id=a\naws_secret_access_key=b\n');
  around.write('~/.s3cfg', 'access_key = a\nsecret_key = b\nhost_base = a3s.fi\n');
  await initConfig({ around, ...s3 });
  const lines = read(around).split('\n');
  const off = /^(\s*)#(?=[\w-])/;
  const switches = lines.flatMap((line, index) => (off.test(line) ? [index] : []));
  expect(switches.length).toBeGreaterThan(15);
  for (const index of switches) {
    around.write(
      'one.yaml',
      lines.map((line, at) => (at === index ? line.replace(off, '$1') : line)).join('\n'),
    );
    expect(() => loadConfig({ around, file: 'one.yaml' }), lines[index]).not.toThrow();
  }
  around.write('all.yaml', lines.map((line) => line.replace(off, '$1')).join('\n'));
  const { value } = loadConfig({ around, file: 'all.yaml' });
  expect(value.recipe.outputs[0]?.steps.map(({ step }) => step)).toEqual(['negate', 'resize', 'convert']);
  expect(value.rejected.move).toMatchObject({ bucket: 'rejected_bucket' });
});

test('apart from the examples, what is switched off is the default', async () => {
  const around = makeAround();
  await initConfig({ around });
  const plain = loadConfig({ around }).value;
  const text = read(around)
    .split('\n')
    .map((line) =>
      /resize|convert|move:|endpoint|region|profile|credentials_file/.test(line)
        ? line
        : line.replace(/^(\s*)#(?=[\w-])/, '$1'),
    )
    .join('\n');
  around.write('kuva.yaml', text);
  expect(loadConfig({ around }).value).toEqual(plain);
});

test('an editor finds the schema by the first line', async () => {
  const around = makeAround();
  await initConfig({ around });
  const [, reference = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(around)) ?? [];
  expect(JSON.parse(readFileSync(new URL(reference, `file://${around.cwd}/`), 'utf8'))).toMatchObject({
    title: 'kuva.yaml',
  });
});

test('a file that is there is never overwritten without --force', async () => {
  const around = makeAround();
  around.write('kuva.yaml', 'pipeline: precious\n');
  const failure = await failureOf(initConfig({ around }));
  expect(failure.message).toMatch(/kuva\.yaml exists already/);
  expect(failure.remedy).toMatch(/--force/);
  expect(read(around)).toBe('pipeline: precious\n');
  await initConfig({ around, force: true });
  expect(read(around)).toContain('input: file:./kuva-data/input');
});

test('a password file that is there keeps both from being written', async () => {
  const around = makeAround();
  around.write('kuva.pgpass', 'precious\n');
  await failureOf(initConfig({ around, database: 'postgres://u:pw@h/d' }));
  expect(read(around, 'kuva.pgpass')).toBe('precious\n');
  expect(exists(around)).toBe(false);
});

test.each([
  [{ input: 'input_bucket' }, 's3://input_bucket'],
  [{ input: 's3://same_one', output: 's3://same_one' }, 'input bucket'],
  [{ database: 'postgres://u:hunter2@x@h/d' }, '%40'],
  [{ database: 'mysql://u:hunter2@h/d' }, 'postgres://'],
  [{ database: './gone_cred.sh' }, 'not there'],
])('%j is refused, and nothing written', async (options, text) => {
  const around = makeAround();
  const failure = await failureOf(initConfig({ around, ...options }));
  expect(`${failure.message} ${failure.remedy ?? ''}`).toContain(text);
  expect(`${failure.message} ${failure.remedy ?? ''}`).not.toContain('hunter2');
  expect(failure.code).toBe('usage-invalid');
  expect(exists(around)).toBe(false);
  expect(exists(around, 'kuva.pgpass')).toBe(false);
});

test('a file elsewhere means the folders that were meant where the command was typed', async () => {
  const around = makeAround();
  around.write('conf/.keep', '');
  const { next } = await initConfig({
    around,
    file: 'conf/lab.yaml',
    input: 'file:./in',
    output: 'file:./out',
  });
  expect(next[0]).toBe('kuva doctor --config conf/lab.yaml');
  expect(loadConfig({ around, file: 'conf/lab.yaml' }).value).toMatchObject({
    input: { path: `${around.cwd}/in` },
    output: { path: `${around.cwd}/out` },
  });
});

test('a folder that is not there, or may not be written, is told', async () => {
  const around = makeAround();
  const failure = await failureOf(initConfig({ around, file: 'gone/kuva.yaml' }));
  expect(failure.code).toBe('folder-unusable');
});

test('on a terminal, only what was not given is asked; Enter takes what is proposed from what is there', async () => {
  const around = makeAround();
  around.write('~/.s3cfg', 'access_key = A\nsecret_key = S\nhost_base = a3s.fi\n');
  around.write(
    'db_cred.sh',
    'export DB_HOST="5.6.7.8"\nexport DB_NAME=pipeline_db\nexport DB_USER=db_admin\nexport PGPASSWORD=pw\n',
  );
  const { shown } = await answered(around, ['', 's3://results', '']);
  expect(shown).toContain('[s3://input_bucket]');
  expect(shown).toContain('[./db_cred.sh]');
  expect(shown).not.toContain('Which S3 server');
  const { value } = loadConfig({ around });
  expect(value).toMatchObject({
    input: { bucket: 'input_bucket', connection: { endpoint: new URL('https://a3s.fi') } },
    output: { bucket: 'results' },
    database: { connection: { host: '5.6.7.8', database: 'pipeline_db' } },
  });
  expect(read(around)).not.toMatch(/: pw$/m);
});

test('the S3 server is asked for when nothing tells it, with that of Allas proposed', async () => {
  const around = makeAround();
  const { shown } = await answered(around, ['', 'embedded'], s3);
  expect(shown).toContain('[https://a3s.fi]');
  expect(shown).not.toContain('Where do images come from');
  expect(read(around)).toMatch(/^ {2}endpoint: https:\/\/a3s\.fi$/m);
});

test('keys of Allas’s region without an endpoint get the endpoint of Allas', async () => {
  const around = makeAround();
  around.write(
    '~/.aws/credentials',
    '[default]\nAWS_ACCESS_KEY_ID=A\nAWS_SECRET_ACCESS_KEY=S\nAWS_DEFAULT_REGION=regionOne\n',
  );
  await initConfig({ around, ...s3 });
  expect(read(around)).toMatch(/^ {2}endpoint: https:\/\/a3s\.fi$/m);
});

test('variables that name a database are proposed', async () => {
  const around = makeAround({ PGHOST: 'db.example' });
  const { shown } = await answered(around, ['', '', '']);
  expect(shown).toContain('[env]');
  expect(loadConfig({ around }).value.database).toMatchObject({ connection: { host: 'db.example' } });
});

test.each([
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('%s at a question writes nothing and counts as stopped', async (_name, key) => {
  const around = makeAround();
  const failure = await failureOf(answered(around, ['s3://input_bucket', key]));
  expect(failure.code).toBe('interrupted');
  expect(exists(around)).toBe(false);
});

test('without a terminal, questions are refused with the options that answer them', async () => {
  const asking = Promise.resolve().then(() => askOn(new PassThrough(), new PassThrough()));
  const failure = await failureOf(asking);
  expect(failure.code).toBe('usage-invalid');
  expect(failure.remedy).toContain('--yes');
});
