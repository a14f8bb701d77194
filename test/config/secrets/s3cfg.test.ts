import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { fromS3cfg } from '../../../src/config/secrets/s3cfg.ts';
import { makeAround } from '../around.ts';

const installed = spawnSync('s3cmd', ['--version']).status === 0;
if (!installed && process.env['KUVA_TEST_REQUIRE'] === 'all')
  throw new Error('KUVA_TEST_REQUIRE=all, but there is no s3cmd');

test.skipIf(!installed).each([
  ['plain', 'access_key = ABC', 'secret_key = DEF'],
  ['comment characters', 'access_key = ABC', 'secret_key = d;e#f g # h'],
  ['quotes', 'access_key = "ABC"', `secret_key = "d'e"f"`],
  [
    'no spaces, several sections, the last value',
    '[one]\naccess_key=old\nsecret_key=old',
    '[two]\naccess_key=ABC\nsecret_key=D=E=',
  ],
  ['spaces around', '   access_key =   ABC  ', '\tsecret_key\t=\tD E  '],
])('%s: keys are what s3cmd itself reads', (_name, id, secret) => {
  const around = makeAround();
  const file = around.write('~/.s3cfg', `[default]\n${id}\n${secret}\nhost_base = a3s.fi\n`);
  const dumped = execFileSync('s3cmd', ['-c', file, '--dump-config'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: around.home },
  });
  const valueOf = (name: string) => new RegExp(`^${name} = (.*)$`, 'm').exec(dumped)?.[1];
  const { keys, endpoint } = fromS3cfg(around);
  expect(keys?.accessKeyId.value).toBe(valueOf('access_key'));
  expect(keys?.secretAccessKey.value.reveal()).toBe(valueOf('secret_key'));
  expect(endpoint?.value).toBe(`https://${valueOf('host_base') ?? ''}`);
});

test('a file that only names a host has no keys, and says which half is missing', () => {
  const around = makeAround();
  around.write('~/.s3cfg', 'host_base = a3s.fi\n');
  expect(fromS3cfg(around)).toMatchObject({
    lacks: 'it has no access_key',
    endpoint: { value: 'https://a3s.fi' },
  });
  around.write('~/.s3cfg', 'access_key = A\n');
  expect(fromS3cfg(around).lacks).toBe('it has no secret_key');
});
