/** The SQL of docs/least-rights.md, run as it is printed, and then the built program with those users alone. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { migrations } from '../../../src/ledger/migrations/all.ts';
import { makeJpeg } from '../../pictures/photos.ts';
import { asSuperuser } from '../../servers/postgres.ts';
import { eventually, type Finished, runKuva, startKuva, temporaryFolder } from '../../whole/kuva.ts';
import { printed } from './printed.ts';

const server = inject('postgres');
const page = 'docs/least-rights.md';
const mark = randomBytes(4).toString('hex');
const database = `pictures_${mark}`;
const users = { owner: `owner_${mark}`, worker: `worker_${mark}`, reader: `reader_${mark}` };
const names = {
  kuva_owner: users.owner,
  kuva_worker: users.worker,
  kuva_reader: users.reader,
  pictures: database,
};
const passwords = { owner: 'change me 1', worker: 'change me 2', reader: 'change me 3' };

function urlFor(user: keyof typeof users): URL {
  const url = new URL(server.url);
  url.username = users[user];
  url.password = passwords[user];
  url.pathname = `/${database}`;
  return url;
}

async function as<T>(user: keyof typeof users, action: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: urlFor(user).href });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

const refusedTo = (user: keyof typeof users, sql: string): Promise<string> =>
  as(user, (client) => client.query(sql)).then(
    () => 'allowed',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'strange'),
  );

/** A folder with a configuration for this user; two of them share the buckets. */
async function home(user: keyof typeof users, buckets: string): Promise<string> {
  const folder = await temporaryFolder();
  const url = urlFor(user);
  await writeFile(join(folder, 'password'), `*:*:*:*:${passwords[user]}\n`, { mode: 0o600 });
  await writeFile(
    join(folder, 'kuva.yaml'),
    `input: file:${buckets}/in\noutput: file:${buckets}/out\nworker: { settle: 10ms }
database: { host: ${url.hostname}, port: ${url.port}, name: ${database}, user: ${users[user]}, password_file: ./password, sslmode: disable }\n`,
  );
  return folder;
}

const kuva = (cwd: string, ...args: string[]): Promise<Finished> => runKuva(args, { cwd });

async function bucketsWith(...keys: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['in', 'out']) await mkdir(join(folder, name));
  for (const key of keys) await writeFile(join(folder, 'in', key), await makeJpeg({ width: 64, height: 48 }));
  return folder;
}

describe('the users of docs/least-rights.md', () => {
  beforeAll(async () => {
    for (const statement of printed(page, 'sql owner', names).split(/;\n/))
      if (statement.trim() !== '') await asSuperuser(server, statement);
  });
  afterAll(async () => {
    await asSuperuser(server, `drop database if exists ${database} with (force)`);
    await asSuperuser(server, `drop role if exists ${Object.values(users).join(', ')}`);
  });

  it('that does not own the ledger is told so before the owner has made it', async () => {
    const cwd = await home('worker', await bucketsWith());
    const { code, stderr } = await kuva(cwd, 'status');
    expect(code, stderr).toBe(75);
    expect(stderr).toContain('docs/least-rights.md');
  });

  it('that has no password is told so at once, and no connection is left open', async () => {
    const cwd = await home('owner', await bucketsWith());
    await rm(join(cwd, 'password'));
    const begun = performance.now();
    const { code, stderr } = await kuva(cwd, 'status');
    expect([75, 78], stderr).toContain(code);
    // The server would wait for the password for a minute, and the process for the server.
    expect(performance.now() - begun).toBeLessThan(40_000);
  });

  it('the owner makes the tables, and gives the rights, twice if need be', async () => {
    const cwd = await home('owner', await bucketsWith());
    const { code, stderr } = await kuva(cwd, 'status');
    expect(code, stderr).toBe(0);
    for (let time = 0; time < 2; time++)
      await as('owner', (client) => client.query(printed(page, 'sql grants', names)));
  });

  it('the worker runs all that works, from doctor to retry, and another worker beside it', async () => {
    const buckets = await bucketsWith('cat1.jpg', 'cat2.jpg', 'cat3.jpg');
    await writeFile(join(buckets, 'in', 'broken.jpg'), 'no picture');
    const cwd = await home('worker', buckets);
    const doctor = await kuva(cwd, 'doctor');
    expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0);
    const run = await kuva(cwd, 'run');
    expect(run.code, run.stdout + run.stderr).toBe(3);
    expect((await kuva(cwd, 'retry', '--all')).stdout + (await kuva(cwd, 'status')).stdout).toMatch(/1/);

    const workers = [startKuva(['worker'], { cwd }), startKuva(['worker'], { cwd })];
    for (const worker of workers) await worker.says(/./);
    await writeFile(join(buckets, 'in', 'cat4.jpg'), await makeJpeg({ width: 32, height: 32 }));
    await eventually(
      async () => (await kuva(cwd, 'log', 'cat4', '--json')).stdout.includes('negated_cat4.jpg'),
      'cat4 is done',
    );
    // A killed one's row is taken over by the other, with the rights of the same user.
    workers[0]?.child.kill('SIGKILL');
    await eventually(
      async () =>
        (await as('reader', (client) => client.query('select id from kuva.workers'))).rows.length === 1,
      'the killed worker is forgotten',
    );
    const ended = await workers[1]?.end();
    expect(ended?.code).toBe(0);
    const verified = await kuva(cwd, 'verify');
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stdout).toContain('4 outputs are there');
  });

  it('the worker tells of its looks over the bucket, sends alerts, and keeps previews for who looks', async () => {
    for (const sql of [
      "insert into kuva.alert_turns (pipeline_id, worker, until) values (1, 'me', now()) on conflict (pipeline_id) do update set until = now()",
      'delete from kuva.alert_turns',
      "insert into kuva.alerts (pipeline_id, name, since, told_at) values (1, 'mine', now(), now()) on conflict (pipeline_id, name) do update set told_at = now()",
      "delete from kuva.alerts where name = 'mine'",
      "select kuva.put_preview(1, 1, 'before', 'a', 1, 1, '{}', 'b', 0, 0)",
      "select kuva.note_viewer(1, 'me', 1), kuva.note_viewer(1, 'me', 0)",
    ])
      expect(await refusedTo('worker', sql), sql).toBe('allowed');
    const passes = await as('reader', (client) => client.query('select worker from kuva.passes'));
    expect(passes.rows).toHaveLength(1);
  });

  it('the reader sees status, log, verify and log_records, and can do nothing', async () => {
    const buckets = await bucketsWith('dog.jpg');
    const worker = await home('worker', buckets);
    expect((await kuva(worker, 'run')).code).toBe(0);
    const cwd = await home('reader', buckets);
    for (const command of [['status'], ['log', 'dog'], ['verify', 'dog']]) {
      const { code, stdout, stderr } = await kuva(cwd, ...command);
      expect(code, stdout + stderr).toBe(0);
    }
    await as('reader', async (client) => {
      const { rows } = await client.query("select * from log_records where negated_image_name like '%dog%'");
      expect(rows).toHaveLength(1);
    });
    for (const sql of [
      "update kuva.images set state = 'queued'",
      'delete from kuva.records',
      'select kuva.retry(array[1::bigint])',
      "insert into log_records values ('2026', 'a', 'b')",
      'select * from graphile_worker.jobs',
      'create table public.mine (a int)',
      'create temp table mine (a int)',
    ])
      expect(await refusedTo('reader', sql), sql).toBe('42501');
    await writeFile(join(buckets, 'in', 'dog2.jpg'), await makeJpeg({ width: 64, height: 48 }));
    const run = await kuva(cwd, 'run', '--patience', '1s');
    expect(run.code, run.stderr).toBe(75);
    expect(await readdir(join(buckets, 'in'))).toContain('dog2.jpg');
  });

  it('the worker can add records, and neither change nor remove one, nor touch anything beside', async () => {
    for (const sql of [
      "update kuva.records set output_sha256 = 'other'",
      'delete from kuva.records',
      'delete from kuva.images',
      'truncate kuva.images',
      'drop table kuva.images cascade',
      'alter table kuva.images add column mine int',
      'create table kuva.mine (a int)',
      'create table public.mine (a int)',
      'create schema mine',
      'create or replace function kuva.settle() returns int language sql as $$ select 1 $$',
      "insert into kuva.migrations (id, name) values (999, 'mine')",
      'create role another',
      'create database another',
      "copy (select 1) to program 'id'",
      "select pg_read_file('/etc/passwd')",
    ])
      expect(await refusedTo('worker', sql), sql).toBe('42501');
  });

  it('that is newer than the tables changes nothing, ends with 78, and says what to do', async () => {
    const latest = migrations.at(-1)?.id ?? 0;
    await as('owner', (client) => client.query('delete from kuva.migrations where id = $1', [latest]));
    try {
      const { code, stderr } = await kuva(await home('worker', await bucketsWith()), 'run');
      expect(code, stderr).toBe(78);
      expect(stderr).toContain('as the user that owns the schema');
    } finally {
      await as('owner', (client) =>
        client.query("insert into kuva.migrations (id, name) values ($1, 'again')", [latest]),
      );
    }
  });
});
