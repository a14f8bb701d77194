/** Names that attack: whoever may write to the input bucket chooses them. Through the built program, end to end. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { plainPath } from '../../../src/store/folder/names.ts';
import { freshBucket } from '../../servers/buckets.ts';
import { readIndependently } from '../../servers/independent.ts';
import { emptyDatabase } from '../../servers/postgres.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { type Finished, runKuva, temporaryFolder } from '../../whole/kuva.ts';
import { plainly } from '../promise/plainS3.ts';
import { isNegative, tinyPicture } from '../promise/tinyPicture.ts';
import { expectTerminalSafe } from './terminalSafe.ts';

const given = inject('rgw');
const run = promisify(execFile);

const hostile = [
  "'); DROP TABLE kuva.records; --.jpg",
  "a','b');TRUNCATE\"log_records\";--.jpg",
  '$(touch planted).jpg',
  '`touch planted`;touch planted|touch planted&.jpg',
  '../x',
  'a/../../../planted',
  '-rf.jpg',
  '--config=x.jpg',
  'two\nlines.jpg',
  'carriage\rreturn.jpg',
  '\u001b[2J\u001b]0;title\u0007clear.jpg',
  '\u009b31mc1.jpg',
  'gpj.\u202ecat.jpg',
  '\u2066isolated\u2069.jpg',
  '%s%n%x.jpg',
  '{dir}{name}${PATH}.jpg',
  '<script>alert(1)</script>.jpg',
  '"quoted" \'name\'.jpg',
  '=cmd|calc!A1.jpg',
  'long/'.repeat(40) + 'x'.repeat(150),
];

/** The tutorial's naming, written anew: the program's own function could be wrong in the same way. */
function resultOf(key: string): string {
  const slash = key.lastIndexOf('/') + 1;
  return `${key.slice(0, slash)}negated_${key.slice(slash)}`;
}

const loggedSchema = z.object({ image: z.object({ key: z.string() }), outputKey: z.string() });

/** All that can be asked about the work, checked against the keys that must have been done. */
async function expectLogged(
  kuva: (...args: string[]) => Promise<Finished>,
  url: string,
  keys: readonly string[],
): Promise<void> {
  const results = keys.map(resultOf).sort();
  const table = await kuva('log', '--limit', '0');
  expectTerminalSafe(table.stdout + table.stderr);
  expect(table.stdout.trimEnd().split('\n')).toHaveLength(keys.length + 1);
  const json = await kuva('log', '--json', '--limit', '0');
  expectTerminalSafe(json.stdout + json.stderr);
  const lines = json.stdout.trimEnd().split('\n');
  const logged = lines.map((line) => loggedSchema.parse(JSON.parse(line)));
  expect(logged.map(({ image }) => image.key).sort()).toEqual([...keys].sort());
  expect(logged.map(({ outputKey }) => outputKey).sort()).toEqual(results);
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>('select negated_image_name as name from log_records');
  await client.end();
  expect(rows.map(({ name }) => name).sort()).toEqual(results);
  const verify = await kuva('verify');
  expect(verify.code, verify.stdout).toBe(0);
  expect(verify.stdout).toContain(`${keys.length} outputs are there`);
}

async function place(config: string): Promise<{
  cwd: string;
  url: string;
  kuva: (...args: string[]) => Promise<Finished>;
}> {
  const cwd = join(await temporaryFolder(), 'here');
  await mkdir(cwd);
  const database = await emptyDatabase(inject('postgres'), `hostile_${randomBytes(5).toString('hex')}`);
  onTestFinished(() => database.drop());
  const { url } = database;
  await writeFile(join(cwd, 'kuva.yaml'), `${config}database: { url: '${url}' }\n`, { mode: 0o600 });
  const keys = {
    AWS_ACCESS_KEY_ID: given?.accessKeyId ?? 'x',
    AWS_SECRET_ACCESS_KEY: given?.secretAccessKey ?? 'x',
  };
  return { cwd, url, kuva: (...args) => runKuva(args, { cwd, env: { ...keys, PGSSLMODE: 'disable' } }) };
}

describe.skipIf(given === null)('hostile keys in a bucket (skipped without radosgw)', () => {
  const rgw = (): RgwServer => {
    if (given === null) throw new Error('no RGW');
    return given;
  };

  it('are processed like any other, and do nothing but name a result', async () => {
    const [input, output] = [await freshBucket(rgw(), 'input'), await freshBucket(rgw(), 'output')];
    const { cwd, url, kuva } = await place(
      `input: s3://${input}\noutput: s3://${output}\ns3: { endpoint: ${rgw().endpoint} }\n`,
    );
    const tooLong = `${'y'.repeat(1016)}.jpg`;
    for (const [number, key] of [...hostile, tooLong].entries())
      await plainly(rgw(), 'PUT', input, key, {}, await tinyPicture(number));

    const work = await kuva('run');
    expect(work.code, work.stdout + work.stderr).toBe(3);
    expectTerminalSafe(work.stdout + work.stderr);
    expect([...(await readIndependently(rgw(), output)).keys()].sort()).toEqual(hostile.map(resultOf).sort());
    expect([...(await readIndependently(rgw(), input)).keys()]).toEqual([tooLong]);
    for (const [number, key] of hostile.entries())
      expect(await isNegative(await plainly(rgw(), 'GET', output, resultOf(key)), number), key).toBe(true);
    await expectLogged(kuva, url, hostile);
    const aside = await kuva('log', '--json', '--state', 'rejected', 'failed');
    expect(aside.stdout).toContain('output-key-too-long');
    // Nothing was made here, nor one folder up.
    expect(await readdir(cwd)).toEqual(['kuva.yaml']);
    expect(await readdir(dirname(cwd))).toEqual(['here']);
  });

  it('are told raw by no command, also when nothing works', async () => {
    const input = await freshBucket(rgw(), 'input');
    const { kuva } = await place(
      `input: s3://${input}\noutput: s3://nowhere_${input}\ns3: { endpoint: ${rgw().endpoint} }\n`,
    );
    for (const key of hostile) await plainly(rgw(), 'PUT', input, key, {}, Buffer.from('no picture'));
    for (const args of [
      ['run', '--patience', '1s'],
      ['run', '--json', '--patience', '1s'],
      ['status'],
      ['doctor'],
    ]) {
      const { code, stdout, stderr } = await kuva(...args);
      expectTerminalSafe(stdout + stderr);
      if (args[0] === 'run') expect(code).not.toBe(0);
    }
    for (const key of ['\u001b[2J', '\u202e', '\u009b2J'])
      for (const args of [
        ['log', key],
        ['retry', key],
        ['status', '--config', key],
        [key],
        ['log', `--${key}`],
      ]) {
        const { stdout, stderr } = await kuva(...args);
        expectTerminalSafe(stdout + stderr);
        expect(stdout + stderr).not.toBe('');
      }
  });
});

describe('hostile names in a folder', () => {
  it('are processed like any other, and the results lie in the output folder and nowhere else', async () => {
    // By default a folder's hidden files are left alone, and `..` begins with a dot too.
    const { cwd, url, kuva } = await place('input: file:./in\noutput: file:./out\nworker: { ignore: [] }\n');
    await mkdir(join(cwd, 'out'));
    for (const [number, key] of hostile.entries()) {
      const file = join(cwd, 'in', plainPath(key));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await tinyPicture(number));
    }
    const work = await kuva('run');
    expect(work.code, work.stdout + work.stderr).toBe(0);
    expectTerminalSafe(work.stdout + work.stderr);
    for (const [number, key] of hostile.entries()) {
      const result = await readFile(join(cwd, 'out', plainPath(resultOf(key))));
      expect(await isNegative(result, number), key).toBe(true);
    }
    await expectLogged(kuva, url, hostile);
    expect((await readdir(cwd)).sort()).toEqual(['in', 'kuva.yaml', 'out']);
    expect(await readdir(dirname(cwd))).toEqual(['here']);
  });

  it('links, pipes, sockets and devices are left alone, told, and never read', async () => {
    const { cwd, kuva } = await place('input: file:./in\noutput: file:./out\n');
    const inside = (name: string): string => join(cwd, 'in', name);
    const outside = join(dirname(cwd), 'outside');
    for (const folder of [inside(''), join(cwd, 'out'), outside]) await mkdir(folder);
    const secret = await tinyPicture(1);
    for (const name of ['secret.jpg', 'hard.jpg']) await writeFile(join(outside, name), secret);
    await symlink(join(outside, 'secret.jpg'), inside('link.jpg'));
    await symlink(outside, inside('linked'));
    await link(join(outside, 'hard.jpg'), inside('hard.jpg'));
    await run('mkfifo', [inside('pipe.jpg')]);
    const socket = createServer().listen(inside('socket.jpg'));
    onTestFinished(() => void socket.close());
    const left = ['link.jpg', 'linked', 'pipe.jpg', 'socket.jpg'];
    // Only root makes devices, and not in every container.
    const made = await run('mknod', [inside('zero.jpg'), 'c', '1', '5']).then(
      () => true,
      () => false,
    );
    if (made) left.push('zero.jpg');
    await writeFile(inside('cat.jpg'), await tinyPicture(2));

    const work = await kuva('run');
    expect(work.code, work.stdout + work.stderr).toBe(0);
    for (const name of left) expect(work.stderr).toContain(`${name} was left alone: it is `);
    expect((await readdir(inside(''))).filter((name) => name !== '.kuva').sort()).toEqual(left);
    // A hard link is the file itself, by another name: that name is worked on, and the other one keeps the file.
    const results = (await readdir(join(cwd, 'out'))).filter((name) => name !== '.kuva');
    expect(results.sort()).toEqual(['negated_cat.jpg', 'negated_hard.jpg']);
    for (const name of ['secret.jpg', 'hard.jpg'])
      expect(await readFile(join(outside, name))).toEqual(secret);
  });
});
