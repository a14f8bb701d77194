/** Every secret of a configuration is planted, every command is run, and everything that others could read is searched. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createUser, emptyDatabase } from '../../servers/postgres.ts';
import { allow, freshBucket, newUser } from '../../servers/buckets.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { plainly } from '../promise/plainS3.ts';
import { startKuva, temporaryFolder } from '../../whole/kuva.ts';
import { tinyPicture } from '../promise/tinyPicture.ts';

const given = inject('rgw');
const plant = (): string => `PLANTED${randomBytes(12).toString('hex')}`;

/** The command lines of a process and of all that it has started, and what its children find in their environment. */
async function visibleProcesses(top: number): Promise<{ text: string; children: number }> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const family = [top];
  for (const pid of family) for (const [child, parent] of parents) if (parent === pid) family.push(child);
  const lookAt = (pid: number, file: string): Promise<string> =>
    readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const own = await lookAt(top, 'cmdline');
  const texts = await Promise.all(
    family.map(async (pid) => {
      const line = await lookAt(pid, 'cmdline');
      // A child has its parent's line and environment until it becomes the program that it was started for (execve(2)).
      return pid === top || line === own ? line : `${line}\n${await lookAt(pid, 'environ')}`;
    }),
  );
  return { text: texts.join('\n'), children: family.length - 1 };
}

/** Every row of every table, as text. */
async function everyRow(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('kuva', 'graphile_worker', 'public')",
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  await client.end();
  return texts.join('\n');
}

describe.skipIf(given === null)('secrets (skipped without radosgw)', () => {
  const rgw = (): RgwServer => {
    if (given === null) throw new Error('no RGW');
    return given;
  };

  it('are in nothing that is printed, in no process list, no environment of a decoder, and no row', async () => {
    const [input, output] = [await freshBucket(rgw(), 'input'), await freshBucket(rgw(), 'output')];
    const { name: user, connection } = await newUser(rgw());
    await allow(rgw(), input, user, ['s3:*']);
    await allow(rgw(), output, user, ['s3:*']);
    const database = await emptyDatabase(inject('postgres'), `secrets_${randomBytes(5).toString('hex')}`);
    const stranger = await createUser(inject('postgres'), database);
    onTestFinished(async () => {
      await database.drop();
      await stranger.drop();
    });
    const [token, wrongKey, wrongPassword] = [plant(), plant(), plant()];
    const env = {
      AWS_ACCESS_KEY_ID: connection.accessKeyId,
      AWS_SECRET_ACCESS_KEY: connection.secretAccessKey,
      PGSSLMODE: 'disable',
      HTTP_TOKEN: plant(),
      ALERT_SECRET: plant(),
      ALERT_URL: `http://127.0.0.1:1/${plant()}`,
      EVENTS_SECRET: plant(),
    };
    const secrets = [
      ...[connection.secretAccessKey, token, wrongKey, wrongPassword, new URL(database.url).password],
      ...[env.HTTP_TOKEN, env.ALERT_SECRET, env.ALERT_URL.slice(-20), env.EVENTS_SECRET],
    ];
    const cwd = await temporaryFolder();
    const configure = (url: string): Promise<void> =>
      writeFile(
        join(cwd, 'kuva.yaml'),
        [
          `input: s3://${input}`,
          `output: s3://${output}`,
          `s3: { endpoint: '${rgw().endpoint}' }`,
          `database: { url: '${url}' }`,
          'log: { level: debug }',
          "http: { listen: '127.0.0.1:0', token: '${HTTP_TOKEN}' }",
          "alerts: { web_hook: { url: '${ALERT_URL}', secret: '${ALERT_SECRET}', header: X-Alert } }",
          "events: { url: 'http://127.0.0.1:9', secret: '${EVENTS_SECRET}' }",
          '',
        ].join('\n'),
        { mode: 0o600 },
      );
    let seen = '';
    let mostChildren = 0;
    const kuva = async (args: string, other: Record<string, string> = {}): Promise<number | null> => {
      const running = startKuva(args.split(' '), { cwd, env: { ...env, KUVA_DEBUG: '1', ...other } });
      const { child, finished } = running;
      for (let looks = 0; child.exitCode === null && child.signalCode === null && looks < 500; looks += 1) {
        const { text, children } = await visibleProcesses(running.pid);
        seen += text;
        mostChildren = Math.max(mostChildren, children);
        await Promise.race([finished, new Promise((wake) => setTimeout(wake, 50))]);
      }
      const { code, stdout, stderr } = await finished;
      seen += `${stdout}\n${stderr}\n`;
      for (const [at, secret] of secrets.entries())
        expect(seen.includes(secret), `secret ${at} after kuva ${args}`).toBe(false);
      return code;
    };

    await configure(database.url);
    await plainly(rgw(), 'PUT', input, 'cat.png', {}, await tinyPicture(1));
    await plainly(rgw(), 'PUT', input, 'broken.png', {}, Buffer.from('no picture'));
    for (const args of ['config', 'config --json', 'doctor', 'alerts test', 'run --json']) await kuva(args);
    expect(mostChildren, 'the decoders were seen').toBeGreaterThan(0);
    for (const args of ['run', 'status', 'status --json', 'log --json', 'verify', 'events status'])
      await kuva(args);

    const asStranger = { AWS_SECRET_ACCESS_KEY: wrongKey };
    expect(await kuva('doctor', asStranger)).toBe(1);
    expect(await kuva('run --patience 1s', asStranger)).toBe(75);
    expect(await kuva('run --json --patience 1s', { AWS_SESSION_TOKEN: token })).not.toBe(130);

    const wrong = database.url.replace(new URL(database.url).password, wrongPassword);
    for (const url of [wrong, wrong.replace(/:\d+\//, ':1/'), wrong.replace('postgres:', 'postgras:')]) {
      await configure(url);
      expect(await kuva('status --json')).not.toBe(0);
      expect(await kuva('doctor')).not.toBe(0);
    }
    // What was searched is what it should be.
    for (const text of ['dist/cli/main.js', 'cat.png', 'not shown']) expect(seen).toContain(text);
    const rows = await everyRow(database.url);
    expect(rows).toContain('negated_cat.png');
    for (const [at, secret] of secrets.entries()) expect(rows.includes(secret), `secret ${at}`).toBe(false);
  });
});
