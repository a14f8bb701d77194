import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig, inspectConfig } from '../../../src/config/load.ts';
import { describeFailure, KuvaError } from '../../../src/image/failure.ts';
import { makeAround, type TestSurroundings } from '../around.ts';

const buckets = 'input: s3://input_bucket\noutput: s3://output_bucket\n';

function inputLogin(around: TestSurroundings) {
  const { value, origins, notes } = loadConfig({ around });
  if (value.input.kind !== 's3') throw new Error('the input is no bucket');
  const { connection } = value.input;
  return {
    endpoint: connection.endpoint.href,
    region: connection.region,
    id: connection.accessKeyId,
    secret: connection.secretAccessKey.reveal(),
    token: connection.sessionToken?.reveal(),
    origins,
    notes,
  };
}

test('AWS_ variables give keys, endpoint, region and token', () => {
  const around = makeAround({
    AWS_ACCESS_KEY_ID: 'ID',
    AWS_SECRET_ACCESS_KEY: 's/e+c=#;r',
    AWS_SESSION_TOKEN: 'tok',
    AWS_ENDPOINT_URL: 'https://general.example',
    AWS_ENDPOINT_URL_S3: 'https://s3.example:9000',
    AWS_DEFAULT_REGION: 'eu-north-1',
  });
  around.write('kuva.yaml', buckets);
  const login = inputLogin(around);
  expect(login).toMatchObject({
    endpoint: 'https://s3.example:9000/',
    region: 'eu-north-1',
    id: 'ID',
    secret: 's/e+c=#;r',
    token: 'tok',
  });
  expect(login.origins.get('s3.endpoint')).toBe('env AWS_ENDPOINT_URL_S3');
  expect(login.origins.get('s3.secret_access_key')).toBe('env AWS_SECRET_ACCESS_KEY');
});

test('a profile whose names are in capitals, as allas_conf writes them, is understood', () => {
  const around = makeAround({ AWS_PROFILE: 's3allas-project_2001234' });
  around.write('kuva.yaml', buckets);
  around.write(
    '~/.aws/credentials',
    '[default]\naws_access_key_id=OTHER\naws_secret_access_key=other\n[s3allas-project_2001234]\nAWS_ACCESS_KEY_ID=ABC\nAWS_SECRET_ACCESS_KEY=se#cret\nAWS_DEFAULT_REGION = regionOne\n',
  );
  around.write('~/.aws/config', '[profile s3allas-project_2001234]\nendpoint_url = https://a3s.fi\n');
  const login = inputLogin(around);
  expect(login).toMatchObject({
    endpoint: 'https://a3s.fi/',
    region: 'regionOne',
    id: 'ABC',
    secret: 'se#cret',
  });
  expect(login.origins.get('s3.access_key_id')).toBe('~/.aws/credentials profile s3allas-project_2001234');
  expect(login.origins.get('s3.endpoint')).toBe('~/.aws/config profile s3allas-project_2001234');
});

test.each([
  [
    'below s3 =',
    '[default]\nregion = r1\ns3 =\n  addressing_style = path\n  endpoint_url = https://a.example\n',
    'https://a.example/',
  ],
  [
    'in a services section',
    '[default]\nservices = mine\nendpoint_url = https://general.example\n[services mine]\ns3 =\n  endpoint_url = https://b.example # ours\n',
    'https://b.example/',
  ],
  ['in [profile default]', '[profile default]\nendpoint_url=https://c.example\n', 'https://c.example/'],
])('an endpoint %s of ~/.aws/config is found', (_where, config, endpoint) => {
  const around = makeAround();
  around.write('kuva.yaml', buckets);
  around.write('~/.aws/credentials', '[default]\naws_access_key_id = ID\naws_secret_access_key = SECRET\n');
  around.write('~/.aws/config', config);
  expect(inputLogin(around).endpoint).toBe(endpoint);
});

test('~/.s3cfg gives keys and endpoint as s3cmd reads them', () => {
  const around = makeAround();
  around.write('kuva.yaml', buckets);
  around.write(
    '~/.s3cfg',
    '[default]\naccess_key = ID\nsecret_key = a;b#c "d\nhost_base = 127.0.0.1:8000\nuse_https = False\nbucket_location = US\n# access_key = NO\n',
  );
  expect(inputLogin(around)).toMatchObject({
    endpoint: 'http://127.0.0.1:8000/',
    id: 'ID',
    secret: 'a;b#c "d',
    region: 'us-east-1',
  });
});

test('S3CMD_CONFIG names another file, and a value $NAME is the environment’s', () => {
  const around = makeAround({ S3CMD_CONFIG: 'lab.s3cfg', LAB_KEY: 'from-env' });
  around.write('kuva.yaml', buckets);
  around.write('lab.s3cfg', 'access_key = ID\nsecret_key = $LAB_KEY\nhost_base = https://a3s.fi\n');
  expect(inputLogin(around)).toMatchObject({ endpoint: 'https://a3s.fi/', secret: 'from-env' });
});

test('keys without an endpoint take that of ~/.s3cfg when it is the same key, as allas_conf leaves both', () => {
  const around = makeAround();
  around.write('kuva.yaml', buckets);
  around.write('~/.aws/credentials', '[default]\nAWS_ACCESS_KEY_ID=SAME\nAWS_SECRET_ACCESS_KEY=S\n');
  around.write('~/.s3cfg', 'access_key = SAME\nsecret_key = S\nhost_base = a3s.fi\n');
  const login = inputLogin(around);
  expect(login.endpoint).toBe('https://a3s.fi/');
  expect(login.notes).toEqual([]);
});

test('keys of one place never go to the server of another, and the disagreement is told', () => {
  const around = makeAround({ AWS_ACCESS_KEY_ID: 'MINE', AWS_SECRET_ACCESS_KEY: 'S1' });
  around.write('kuva.yaml', buckets);
  around.write('~/.s3cfg', 'access_key = OTHER\nsecret_key = S2\nhost_base = a3s.fi\n');
  const login = inputLogin(around);
  expect(login).toMatchObject({ id: 'MINE', endpoint: 'https://s3.us-east-1.amazonaws.com/' });
  expect(login.notes.join('\n')).toMatch(/~\/\.s3cfg has others, which are ignored/);
  expect(login.notes.join('\n')).toMatch(/No endpoint is set/);
});

test('half a pair in one place is not completed from another', () => {
  const around = makeAround({ AWS_ACCESS_KEY_ID: 'HALF' });
  around.write('kuva.yaml', buckets);
  around.write('~/.s3cfg', 'access_key = WHOLE\nsecret_key = S\nhost_base = a3s.fi\n');
  expect(inputLogin(around)).toMatchObject({ id: 'WHOLE', secret: 'S' });
});

test('what the config names is used and nothing else', () => {
  const around = makeAround({
    AWS_ACCESS_KEY_ID: 'ENV',
    AWS_SECRET_ACCESS_KEY: 'ENVSECRET',
    AWS_ENDPOINT_URL: 'https://env.example',
    MY_SECRET: 'mine',
  });
  around.write(
    '~/.aws/credentials',
    '[lab]\naws_access_key_id=LAB\naws_secret_access_key=L\nendpoint_url=https://lab.example\n',
  );
  around.write('keys/allas', 'access_key = FILE\nsecret_key = F\nhost_base = a3s.fi\n');
  around.write('kuva.yaml', `${buckets}s3: { profile: lab }\n`);
  expect(inputLogin(around)).toMatchObject({ id: 'LAB', endpoint: 'https://lab.example/' });
  around.write('kuva.yaml', `${buckets}s3: { credentials_file: keys/allas }\n`);
  expect(inputLogin(around)).toMatchObject({ id: 'FILE', endpoint: 'https://a3s.fi/' });
  around.write('kuva.yaml', `${buckets}s3:\n  access_key_id: PLAIN\n  secret_access_key: \${MY_SECRET}\n`);
  const login = inputLogin(around);
  expect(login).toMatchObject({ id: 'PLAIN', secret: 'mine', endpoint: 'https://env.example/' });
  expect(login.origins.get('s3.access_key_id')).toBe('kuva.yaml line 4');
  expect(login.origins.get('s3.secret_access_key')).toBe('env MY_SECRET');
});

test('each bucket can have a server of its own', () => {
  const around = makeAround();
  around.write(
    '~/.aws/credentials',
    '[a]\naws_access_key_id=A\naws_secret_access_key=1\n[b]\naws_access_key_id=B\naws_secret_access_key=2\n',
  );
  around.write(
    'kuva.yaml',
    'input:\n  url: s3://same_name\n  s3: { profile: a, endpoint: https://a.example }\noutput:\n  url: s3://same_name\n  s3: { profile: b, endpoint: https://b.example }\n',
  );
  const { value, origins } = loadConfig({ around });
  expect([value.input, value.output]).toMatchObject([
    { bucket: 'same_name', connection: { accessKeyId: 'A' } },
    { bucket: 'same_name', connection: { accessKeyId: 'B' } },
  ]);
  expect(origins.get('input.s3.endpoint')).toBe('kuva.yaml line 3');
  expect(origins.get('output.url')).toBe('kuva.yaml line 5');
});

test('without keys the error names every place that was looked at, and config can still be inspected', () => {
  const around = makeAround();
  around.write('kuva.yaml', buckets);
  around.write('~/.aws/config', '[default]\nsso_session = corp\n');
  const [failure] = inspectConfig({ around }).problems;
  expect(failure).toBeInstanceOf(KuvaError);
  expect(failure?.code).toBe('secret-missing');
  const text = failure === undefined ? '' : describeFailure(failure).join('\n');
  for (const part of [
    's3://input_bucket',
    'AWS_ACCESS_KEY_ID',
    '~/.aws profile default',
    'sso_session',
    '~/.s3cfg: not there',
    'allas_conf',
  ]) {
    expect(text).toContain(part);
  }
  expect(inspectConfig({ around }).problems).toHaveLength(1);
  expect(() => loadConfig({ around })).toThrow(KuvaError);
});

test('a variable that the config names and nobody has set is told by name', () => {
  const around = makeAround();
  around.write('kuva.yaml', `${buckets}s3: { access_key_id: '\${K}', secret_access_key: '\${S}' }\n`);
  expect(inspectConfig({ around }).problems[0]?.data).toContain('K and S not set');
});

test('a secret shows in no text that is made of the configuration', () => {
  const around = makeAround({
    AWS_ACCESS_KEY_ID: 'ID',
    AWS_SECRET_ACCESS_KEY: 'TOPSECRET',
    AWS_SESSION_TOKEN: 'TOPSECRET2',
  });
  around.write('kuva.yaml', buckets);
  const loaded = loadConfig({ around });
  for (const text of [
    JSON.stringify(loaded),
    inspect(loaded, { depth: 9, showHidden: true }),
    JSON.stringify(loaded.settings),
  ]) {
    expect(text).toContain('input_bucket');
    expect(text).not.toContain('TOPSECRET');
  }
});
