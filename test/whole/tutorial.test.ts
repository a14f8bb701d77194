/**
 * The tutorial's own commands against ours: `s3cmd put`, `s3cmd ls`, `psql … like '%cat%'`, `s3cmd get`, on a real Ceph
 * RGW and a real PostgreSQL, with the files that a tutorial's reader has (`~/.s3cfg`, `db_cred.sh`).
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { makeJpeg } from '../pictures/photos.ts';
import { emptyDatabase } from '../servers/postgres.ts';
import { eventually, runKuva, startKuva, temporaryFolder } from './kuva.ts';

const rgw = inject('rgw');
const run = promisify(execFile);

async function installed(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}

const tools = rgw !== null && (await installed('s3cmd')) && (await installed('psql'));

beforeAll(() => {
  if (!tools && process.env['KUVA_TEST_REQUIRE'] === 'all')
    throw new Error('KUVA_TEST_REQUIRE=all, but radosgw, s3cmd or psql is missing');
});

/** A reader of the tutorial: a home folder with the tutorial's files, two buckets, a database with its table. */
async function reader(): Promise<{
  home: string;
  input: string;
  output: string;
  s3cmd: (...args: string[]) => Promise<string>;
  psql: (sql: string) => Promise<string>;
}> {
  if (rgw === null) throw new Error('no RGW');
  const home = await temporaryFolder();
  const database = await emptyDatabase(inject('postgres'));
  const mark = randomBytes(4).toString('hex');
  const [input, output] = [`input_bucket_${mark}`, `output_bucket_${mark}`];
  const host = new URL(rgw.endpoint).host;
  await writeFile(
    join(home, '.s3cfg'),
    `[default]\naccess_key = ${rgw.accessKeyId}\nsecret_key = ${rgw.secretAccessKey}\nhost_base = ${host}\nhost_bucket = ${host}\nuse_https = False\n`,
    { mode: 0o600 },
  );
  const { url } = database;
  const place = new URL(url);
  const dbCred = Object.entries({
    DB_HOST: place.hostname,
    DB_PORT: place.port,
    DB_NAME: place.pathname.slice(1),
    DB_USER: decodeURIComponent(place.username),
  })
    .map(([name, value]) => `export ${name}="${value}"\n`)
    .join('');
  await writeFile(
    join(home, 'db_cred.sh'),
    `#!/bin/bash\n${dbCred}export PGPASSWORD='${decodeURIComponent(place.password)}'\n`,
    { mode: 0o600 },
  );
  const s3cmd = async (...args: string[]): Promise<string> =>
    (await run('s3cmd', ['-c', join(home, '.s3cfg'), ...args], { cwd: home })).stdout;
  const psql = async (sql: string): Promise<string> => {
    const script =
      'source ./db_cred.sh; exec psql -X -A -t -h "$DB_HOST" -p "$DB_PORT" -U "$DB_USER" -d "$DB_NAME" -c "$1"';
    return (await run('bash', ['-c', script, 'psql', sql], { cwd: home })).stdout;
  };
  await s3cmd('mb', `s3://${input}`);
  await s3cmd('mb', `s3://${output}`);
  const config = `input: s3://${input}\noutput: s3://${output}\ndatabase: { credentials_file: ./db_cred.sh }\n`;
  await writeFile(join(home, 'kuva.yaml'), config);
  return { home, input, output, s3cmd, psql };
}

describe.runIf(tools)('the tutorial, with kuva in place of the script', () => {
  it('goes as in the tutorial: put an image, find it negated, with its row and its hash', async () => {
    const { home, input, output, s3cmd, psql } = await reader();
    const kuva = startKuva(['start'], { cwd: home });
    await kuva.says('What was done');
    await writeFile(join(home, 'cat1.jpg'), await makeJpeg({ width: 800, height: 600, seed: 7 }));
    await s3cmd('put', 'cat1.jpg', `s3://${input}`);
    await eventually(async () => (await s3cmd('ls', `s3://${input}`)) === '', 'the input bucket is empty');
    expect(await s3cmd('ls', `s3://${output}`)).toMatch(new RegExp(`s3://${output}/negated_cat1\\.jpg`));
    await s3cmd('get', `s3://${output}/negated_cat1.jpg`, 'result.jpg');
    const hash = createHash('sha256')
      .update(await readFile(join(home, 'result.jpg')))
      .digest('hex');
    const rows = await psql("select * from log_records where negated_image_name like '%cat1%'");
    expect(rows.trim().split('\n')).toHaveLength(1);
    expect(rows).toMatch(
      new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\|negated_cat1\\.jpg\\|${hash}\\|`),
    );
    const { code } = await kuva.end();
    expect(code).toBe(0);
  });

  it('takes the old table over with its rows, and lets the old script go on writing into it', async () => {
    const { home, input, psql, s3cmd } = await reader();
    await psql(
      'CREATE TABLE IF NOT EXISTS log_records (timestamp varchar(25) primary key, negated_image_name text, negated_image_hash text)',
    );
    await psql(
      "INSERT INTO log_records (timestamp, negated_image_name, negated_image_hash) VALUES ('2025-02-04T12:01:01', 'negated_old.jpg', 'aa')",
    );
    await writeFile(join(home, 'new.jpg'), await makeJpeg({ width: 320, height: 240, seed: 8 }));
    await s3cmd('put', 'new.jpg', `s3://${input}`);
    const { code, stderr } = await runKuva(['run'], { cwd: home });
    expect(code, stderr).toBe(0);
    await psql(
      "INSERT INTO log_records (timestamp, negated_image_name, negated_image_hash) VALUES ('2025-02-04T12:02:01', 'negated_late.jpg', 'bb')",
    );
    const names = await psql('select negated_image_name from log_records order by timestamp');
    expect(names.trim().split('\n')).toEqual(['negated_old.jpg', 'negated_late.jpg', 'negated_new.jpg']);
  });

  it('does each name that the old script could not, and touches no other object', async () => {
    const { home, input, output, s3cmd, psql } = await reader();
    const picture = await makeJpeg({ width: 64, height: 64, seed: 9 });
    await writeFile(join(home, 'p.jpg'), picture);
    const names = [
      'with space.jpg',
      "anna's.jpg",
      '*.jpg',
      'z.jpg',
      '-quiet.jpg',
      'x%d.jpg',
      'a/b.jpg',
      'c/b.jpg',
      `a','b');TRUNCATE"log_records";--.jpg`,
    ];
    for (const name of names) await s3cmd('put', 'p.jpg', `s3://${input}/${name}`);
    const { code, stdout, stderr } = await runKuva(['run'], { cwd: home });
    expect(code, stdout + stderr).toBe(0);
    expect(await s3cmd('ls', '--recursive', `s3://${input}`)).toBe('');
    const listed = (await s3cmd('ls', '--recursive', `s3://${output}`))
      .trim()
      .split('\n')
      .map((line) => line.replace(/^.*?s3:\/\/[^/]+\//, ''));
    const expected = names.map((name) => name.replace(/([^/]*)$/, 'negated_$1'));
    expect(listed.sort()).toEqual([...expected].sort());
    const logged = await psql('select negated_image_name from log_records');
    expect(logged.trim().split('\n').sort()).toEqual([...expected].sort());
  });
});
