import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type WorkerSettings, workerFiles } from '../../../src/cloud/vm/workerConfig.ts';
import { inspectConfig } from '../../../src/config/load.ts';
import { Secret } from '../../../src/image/secret.ts';

const settings: WorkerSettings = {
  form: {
    pipeline: 'lab',
    recipe: { key: 'web/{name}', steps: ['negate'] },
    input: 'file:./here',
    http: { listen: ':80' },
  },
  input: 'input_bucket',
  output: 'output_bucket',
  s3: {
    endpoint: new URL('https://a3s.fi'),
    keys: { accessKeyId: 'id', secretAccessKey: new Secret('s3 secret') },
  },
  database: { host: '5.6.7.8', name: 'pipeline_db', user: 'db_admin', password: new Secret('a:b\\c') },
};

const textOf = (files: ReturnType<typeof workerFiles>, path: string): string => {
  const content = files.find((file) => file.path === path)?.content;
  return content !== undefined && 'bytes' in content ? content.bytes.toString() : '';
};

it('is a kuva.yaml that kuva reads: the recipe of the user, the places of the cloud, no secret', async () => {
  const files = workerFiles(settings);
  const text = textOf(files, 'kuva.yaml');
  const folder = await mkdtemp(join(tmpdir(), 'kuva-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'kuva.yaml'), text);
  const { value } = inspectConfig({ file: join(folder, 'kuva.yaml'), overrides: {} });
  expect(value).toMatchObject({ pipeline: 'lab', http: { listen: { host: '127.0.0.1', port: 9464 } } });
  expect(value.recipe.outputs).toHaveLength(1);
  expect(text).not.toContain('secret"');
  expect(text).not.toContain('a:b');
  expect(textOf(files, 'secrets/pgpass')).toBe('5.6.7.8:5432:pipeline_db:db_admin:a\\:b\\\\c\n');
  expect(textOf(files, 'secrets/s3_credentials')).toContain('aws_secret_access_key = s3 secret\n');
});

it('takes files that the recipe needs, if they lie beside kuva.yaml', () => {
  const file = { path: 'marks/logo.png', bytes: Buffer.from('x') };
  expect(workerFiles({ ...settings, files: [file] }).map(({ path }) => path)).toContain('marks/logo.png');
  for (const path of ['../logo.png', '/etc/logo.png', 'secrets/pgpass', 'kuva.yaml']) {
    expect(() => workerFiles({ ...settings, files: [{ ...file, path }] })).toThrow(/does not lie below/);
  }
});
