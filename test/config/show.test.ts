import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { reportConfig } from '../../src/cli/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { makeAround } from './around.ts';

const file = `pipeline: lab
input: s3://input_bucket
output: s3://output_bucket
database: postgres://ann:dbsecret@db.example/pipe?sslmode=require
recipe:
  - name: small
    key: 'small/{name}'
    steps:
      - resize: { width: 100 }
      - convert: webp
worker:
  poll: 5s
`;

function report() {
  const around = makeAround({
    AWS_ACCESS_KEY_ID: 'KEYID',
    AWS_SECRET_ACCESS_KEY: 's3secret',
    AWS_ENDPOINT_URL: 'https://a3s.fi',
  });
  around.write('kuva.yaml', file);
  return { around, report: reportConfig({ around }) };
}

test('each value is shown with where it came from, as in a file', () => {
  const text = report().report.lines.join('\n');
  expect(text).toMatch(/^pipeline: lab +# kuva\.yaml line 1$/m);
  expect(text).toMatch(/^ {2}endpoint: https:\/\/a3s\.fi +# env AWS_ENDPOINT_URL$/m);
  expect(text).toMatch(/^ {2}region: us-east-1 +# default$/m);
  expect(text).toMatch(/^ {2}secret_access_key: +# set, not shown: env AWS_SECRET_ACCESS_KEY$/m);
  expect(text).toMatch(/^ {2}password: +# set, not shown: kuva\.yaml line 4$/m);
  expect(text).toMatch(/^ {2}poll: 5s +# kuva\.yaml line 12$/m);
  expect(text).toMatch(/^ {2}memory: auto +# default$/m);
  expect(text).toMatch(/^ {10}width: 100 +# kuva\.yaml line 9$/m);
  expect(text).toMatch(/^ {10}enlarge: false +# default$/m);
});

test('no secret is shown, in lines or in JSON', () => {
  const { lines, json, notes } = report().report;
  const everything = [...lines, JSON.stringify(json), ...notes].join('\n');
  expect(everything).toContain('KEYID');
  expect(everything).not.toMatch(/s3secret|dbsecret/);
});

test('what is shown can be put back as a file, and means the same', () => {
  const { around, report: shown } = report();
  const { value } = loadConfig({ around });
  const again = {
    ...around,
    env: { AWS_ACCESS_KEY_ID: 'KEYID', AWS_SECRET_ACCESS_KEY: 's3secret', PGPASSWORD: 'dbsecret' },
  };
  around.write('again.yaml', shown.lines.filter((line) => !/access_key|password:/.test(line)).join('\n'));
  const shownAgain = loadConfig({ around: again, file: 'again.yaml' }).value;
  expect(shownAgain).toEqual({ ...value, file: `${around.cwd}/again.yaml` });
});

test('the JSON holds the same values and origins', () => {
  const { json, lines } = report().report;
  expect(json.value).toMatchObject({
    pipeline: 'lab',
    worker: { poll: '5s' },
    database: { host: 'db.example', password: '(set, not shown)' },
  });
  expect(json.origins['recipe[0].steps[0].resize.width']).toBe('kuva.yaml line 9');
  expect(parse(lines.join('\n'))).toMatchObject({ recipe: [{ name: 'small', metadata: 'keep' }] });
});

test('without keys the rest is still shown, with the problem', () => {
  const around = makeAround();
  around.write('kuva.yaml', file);
  const { lines, problems } = reportConfig({ around });
  expect(problems.map(({ code }) => code)).toEqual(['secret-missing']);
  expect(lines.join('\n')).toMatch(/access_key_id: +# not found/);
  expect(lines.join('\n')).not.toContain('invalid.');
});
