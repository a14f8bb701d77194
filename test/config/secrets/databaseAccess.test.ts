import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { ConfigInvalid } from '../../../src/config/mistake.ts';
import { findPassword, passwordLine } from '../../../src/config/secrets/passwordFile.ts';
import { Secret } from '../../../src/image/secret.ts';
import { makeAround, type TestSurroundings } from '../around.ts';

function connect(around: TestSurroundings) {
  const { value, origins, notes } = loadConfig({ around });
  if (value.database.kind !== 'server') throw new Error('the database is the embedded one');
  const { password, ...open } = value.database.connection;
  return { ...open, password: password?.reveal(), origins, notes };
}

const server = { host: 'db.example', port: 5433, database: 'pipe', user: 'ann' };

test('a URL is taken apart, percent signs decoded, its query’s sslmode in force', () => {
  const around = makeAround();
  around.write(
    'kuva.yaml',
    'database: postgres://ann:p%40s%2Fs@db.example:5433/pipe?sslmode=verify-full&sslrootcert=ca.pem\n',
  );
  expect(connect(around)).toMatchObject({
    ...server,
    password: 'p@s/s',
    sslmode: 'verify-full',
    sslrootcert: `${around.cwd}/ca.pem`,
  });
});

test('a password in the file is accepted; when others may read the file, a warning says so', () => {
  const around = makeAround();
  around.write('kuva.yaml', 'database: postgres://ann:pw@db.example/pipe\n');
  expect(connect(around).notes.join()).not.toMatch(/chmod/);
  chmodSync(`${around.cwd}/kuva.yaml`, 0o644);
  const { notes, password } = connect(around);
  expect(password).toBe('pw');
  expect(notes.join('\n')).toMatch(/kuva\.yaml holds a password.*chmod 600/);
});

test('an IPv6 address, a Unix socket and a URL without parts are understood', () => {
  const around = makeAround({ PGUSER: 'ann' });
  around.write('kuva.yaml', 'database: postgres://[::1]:5433/pipe\n');
  expect(connect(around)).toMatchObject({ host: '::1', port: 5433, user: 'ann' });
  around.write('kuva.yaml', 'database: postgres:///pipe?host=/run/postgresql\n');
  expect(connect(around)).toMatchObject({ host: '/run/postgresql', port: 5432 });
  around.write('kuva.yaml', 'database: postgres://\n');
  expect(connect(around)).toMatchObject({ host: 'localhost', user: 'ann', database: 'ann' });
});

test('the password of a URL can be a variable, with any characters', () => {
  const around = makeAround({ DB_PASSWORD: 'a@b/c?d#e:f %41' });
  around.write('kuva.yaml', `database: postgres://ann:\${DB_PASSWORD}@db.example/pipe\n`);
  expect(connect(around).password).toBe('a@b/c?d#e:f %41');
});

test('PG variables fill in what the URL leaves out, and do not change what it says', () => {
  const around = makeAround({
    PGHOST: 'other',
    PGPORT: '6000',
    PGUSER: 'bob',
    PGPASSWORD: 'env',
    PGSSLMODE: 'require',
  });
  around.write('kuva.yaml', 'database: postgres://db.example/pipe\n');
  const found = connect(around);
  expect(found).toMatchObject({
    host: 'db.example',
    port: 6000,
    database: 'pipe',
    user: 'bob',
    password: 'env',
    sslmode: 'require',
  });
  expect(found.origins.get('database.user')).toBe('env PGUSER');
  expect(found.origins.get('database.host')).toBe('kuva.yaml line 1');
});

test('`env` takes DATABASE_URL before PG variables before the tutorial’s', () => {
  const tutorial = {
    DB_HOST: 'tut',
    DB_PORT: '5433',
    DB_NAME: 'pipeline_db',
    DB_USER: 'db_admin',
    PGPASSWORD: 'pw',
  };
  const of = (env: Record<string, string>) => {
    const around = makeAround(env);
    around.write('kuva.yaml', 'database: env\n');
    return connect(around);
  };
  expect(of(tutorial)).toMatchObject({
    host: 'tut',
    port: 5433,
    database: 'pipeline_db',
    user: 'db_admin',
    password: 'pw',
  });
  expect(of({ ...tutorial, PGHOST: 'pg', PGDATABASE: 'd' })).toMatchObject({
    host: 'pg',
    port: 5432,
    database: 'd',
  });
  expect(of({ ...tutorial, PGHOST: 'pg', DATABASE_URL: 'postgres://u:x@url/z' })).toMatchObject({
    host: 'url',
    user: 'u',
    password: 'x',
    database: 'z',
  });
});

test('`env` without any variable is a mistake that names them', () => {
  const around = makeAround();
  around.write('kuva.yaml', 'database: env\n');
  expect(() => loadConfig({ around })).toThrow(/DATABASE_URL, PGHOST, PGDATABASE, DB_HOST/);
});

test('a variable alone does not move the ledger away from the embedded database, and a note says so', () => {
  const around = makeAround({ DATABASE_URL: 'postgres://u:secretpw@url/z' });
  const { value, notes } = loadConfig({ around });
  expect(value.database.kind).toBe('embedded');
  expect(notes.join()).toMatch(/DATABASE_URL is set but not used/);
  expect(notes.join()).not.toContain('secretpw');
});

test('the password of DATABASE_URL counts for that very server only', () => {
  const around = makeAround({ DATABASE_URL: 'postgres://ann:pw@db.example:5433/pipe' });
  around.write('kuva.yaml', 'database: postgres://ann@db.example:5433/pipe\n');
  expect(connect(around).password).toBe('pw');
  around.write('kuva.yaml', 'database: postgres://ann@db.example:5434/pipe\n');
  expect(connect(around).password).toBeUndefined();
});

test('~/.pgpass answers by the first line that fits; wildcards and escapes as in libpq', () => {
  const text = [
    '# db.example:5433:pipe:ann:comment',
    'db.example:5433:pipe:bob:not-ann',
    'too:short',
    String.raw`db.example:*:pipe:ann:a\:b\\c`,
    '*:*:*:*:last',
  ].join('\n');
  expect(findPassword(text, server)).toBe(String.raw`a:b\c`);
  expect(findPassword(text, { ...server, database: 'other' })).toBe('last');
  expect(findPassword('localhost:5433:pipe:ann:socket', { ...server, host: '/run/postgresql' })).toBe(
    'socket',
  );
  expect(findPassword('db.example:5433:pipe:ann', server)).toBeUndefined();
});

test('a line that is written for a password file is read back as it was', () => {
  const odd = { host: 'fe80::1', port: 5432, database: 'a:b', user: String.raw`c\d` };
  expect(findPassword(passwordLine(odd, new Secret(String.raw`p:w\:`)), odd)).toBe(String.raw`p:w\:`);
});

test('a password file that others may read is ignored with a warning, like psql does', () => {
  const around = makeAround();
  around.write('kuva.yaml', 'database: postgres://ann@db.example:5433/pipe\n');
  const file = around.write('~/.pgpass', 'db.example:5433:pipe:ann:pw\n', 0o600);
  expect(connect(around).password).toBe('pw');
  chmodSync(file, 0o640);
  const found = connect(around);
  expect(found.password).toBeUndefined();
  expect(found.notes.join('\n')).toMatch(/~\/\.pgpass is ignored.*chmod 600/);
});

test('PGPASSFILE and password_file name other files', () => {
  const around = makeAround({ PGPASSFILE: 'env.pgpass' });
  around.write('env.pgpass', '*:*:*:*:from-env\n');
  around.write('conf/own.pgpass', '*:*:*:*:from-config\n');
  around.write('kuva.yaml', 'database: { host: h, user: u }\n');
  expect(connect(around).password).toBe('from-env');
  around.write('conf/kuva.yaml', 'database: { host: h, user: u, password_file: ./own.pgpass }\n');
  const { value } = loadConfig({ around, file: 'conf/kuva.yaml' });
  expect(value.database.kind === 'server' && value.database.connection.password?.reveal()).toBe(
    'from-config',
  );
});

test('the tutorial’s db_cred.sh is read, and never run', () => {
  const around = makeAround();
  around.write('kuva.yaml', 'database: { credentials_file: ./db_cred.sh, sslmode: require }\n');
  around.write(
    'db_cred.sh',
    `#!/bin/bash\ntouch ${around.cwd}/was-run\nexport DB_HOST="5.6.7.8"\nexport DB_PORT="5432"\nexport DB_NAME="pipeline_db"\nexport DB_USER="db_admin"\nexport PGPASSWORD='db_pass$word'\n`,
  );
  expect(connect(around)).toMatchObject({
    host: '5.6.7.8',
    database: 'pipeline_db',
    user: 'db_admin',
    password: 'db_pass$word',
    sslmode: 'require',
  });
  expect(around.look(`${around.cwd}/was-run`).outcome).toBe('missing');
});

test('a value in db_cred.sh that only a shell could tell is a mistake, not a guess', () => {
  const around = makeAround();
  around.write('kuva.yaml', 'database: { credentials_file: ./db_cred.sh }\n');
  around.write('db_cred.sh', 'export DB_HOST=h\nexport PGPASSWORD="$(cat ~/pw)"\n');
  expect(() => loadConfig({ around })).toThrow(
    /PGPASSWORD in .*db_cred\.sh holds something that only a shell can work out/,
  );
});

test.each([
  ['postgres://ann:hunter2@x@db/pipe', /%40/],
  ['postgres://ann:hunter2', /port is not a number/],
  ['postgres://ann:hunter2@db:0/pipe', /port is not a number/],
  ['postgres://ann:hunter2@db/pipe?sslmod=require', /did you mean sslmode/],
  ['postgres://ann:hunter2@db/pipe?sslmode=yes', /sslmode .* is none of disable/],
  ['postgres://ann:hunter2%@db/pipe', /%25/],
  ['postgres://ann:hunter2@db1,db2/pipe', /several hosts/],
  ['mysql://ann:hunter2@db/pipe', /does not begin with postgres/],
])('%s is refused without showing its password', (url, message) => {
  const around = makeAround();
  around.write('kuva.yaml', `database: ${url}\n`);
  let thrown: unknown;
  try {
    loadConfig({ around });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConfigInvalid);
  const text = thrown instanceof ConfigInvalid ? `${thrown.message}${JSON.stringify(thrown.mistakes)}` : '';
  expect(text).toMatch(message);
  expect(text).not.toContain('hunter2');
});

test('every parsed value of a script is what bash makes of it', async () => {
  const { parseAssignments } = await import('../../../src/config/secrets/shellAssignments.ts');
  const script = String.raw`#!/bin/bash
# export A=no
export A="5.6.7.8"
  export B='single $HOME "quoted"'
C=bare\ word
export D="esc \" \\ \$x \` \n"
export E='it'\''s'
export F=$'tab\tand\'quote'
export G=one H="two" ; I=three && J=four
K="multi
line"
L=
M="a"'b'c
N=a#b # a comment
O="price $ "
declare -x P=declared
A2=first
A2=second
Q=x=y:z/w+%
`;
  const { values, computed } = parseAssignments(script);
  const names = [...values.keys()];
  expect(names).toHaveLength(18);
  const bash = execFileSync(
    'bash',
    ['--norc', '-c', `${script}\nprintf '%s\\0' ${names.map((name) => `"$${name}"`).join(' ')}`],
    {
      encoding: 'utf8',
      env: {},
    },
  );
  expect([...values.values()]).toEqual(bash.split('\0').slice(0, -1));
  expect([...computed]).toEqual([]);
});

test.each([
  '$OTHER',
  '"$(date)"',
  '`date`',
  '"${X:-y}"',
  '~/x',
  '"open',
  "$'\\x41'",
  '"a$$b"',
])('the shell expansion %s is told, not taken literally', async (word) => {
  const { parseAssignments } = await import('../../../src/config/secrets/shellAssignments.ts');
  const { values, computed } = parseAssignments(`export SECRET=${word}\n`);
  expect([...computed]).toEqual(['SECRET']);
  expect(values.size).toBe(0);
});
