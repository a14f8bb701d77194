import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../../src/image/secret.ts';
import { type EmbeddedDatabase, startEmbedded } from '../../../src/ledger/embedded/startEmbedded.ts';
import { openPool } from '../../../src/ledger/pool.ts';
import { type Child, startChild } from '../../processes/child.ts';
import { until } from '../sample.ts';

const isRoot = process.getuid?.() === 0;
const holder = new URL('holderProcess.ts', import.meta.url);

describe('The embedded database', () => {
  let parent: string;
  let folder: string;
  const children: Child[] = [];
  const databases: EmbeddedDatabase[] = [];

  beforeEach(async () => {
    parent = await realpath(await mkdtemp(path.join(tmpdir(), 'kuva-embedded-')));
    await chmod(parent, 0o755);
    folder = path.join(parent, 'data', 'postgres');
  });
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.stop()));
    await Promise.all(children.splice(0).map((child) => child.kill()));
    // Whatever a test left: by the pid that its own folder names.
    const pid = await serverPid();
    if (pid !== undefined && isAlive(pid)) {
      process.kill(pid, 'SIGQUIT');
      await until(() => !isAlive(pid));
    }
    await rm(parent, { recursive: true, force: true });
  });

  const start = async (): Promise<EmbeddedDatabase> => {
    const database = await startEmbedded(folder);
    databases.push(database);
    return database;
  };
  const child = (prefix: string[] = []): Child => {
    const started = startChild(holder, [folder], { prefix });
    children.push(started);
    return started;
  };
  const runningSchema = z.object({ port: z.number(), adopted: z.boolean() });
  const running = async (started: Child): Promise<z.infer<typeof runningSchema>> => {
    const line = await started.line(/^(running|failed) /);
    if (!line.startsWith('running ')) throw new Error(started.lines.join('\n'));
    return runningSchema.parse(JSON.parse(line.slice('running '.length)));
  };
  const serverPid = async (): Promise<number | undefined> => {
    const text = await readFile(path.join(folder, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '');
    return text === '' ? undefined : Number(text.split('\n')[0]);
  };
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const ask = async (database: EmbeddedDatabase, sql: string): Promise<unknown[]> => {
    const pool = openPool(database.connection);
    try {
      const rows: unknown[] = (await pool.query(sql)).rows;
      return rows;
    } finally {
      await pool.end();
    }
  };

  it('starts in a folder that is not there yet, keeps its data, and leaves nothing running', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    await ask(first, 'create table kept as select 7 as n');
    const pid = await serverPid();
    await first.stop();
    expect(pid !== undefined && isAlive(pid)).toBe(false);
    const second = await start();
    expect(second.connection.port).toBe(first.connection.port);
    expect(await ask(second, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(
      await ask(
        second,
        "select current_setting('fsync') as fsync, current_setting('data_checksums') as sums",
      ),
    ).toEqual([{ fsync: 'on', sums: 'on' }]);
  });

  it('can be stopped twice', async () => {
    const database = await start();
    await Promise.all([database.stop(), database.stop()]);
    await database.stop();
    expect(await serverPid()).toBeUndefined();
  });

  it('asks for a password, listens on the loopback address alone, and keeps the password to itself', async () => {
    const database = await start();
    const wrong = openPool({ ...database.connection, password: new Secret('wrong') });
    await expect(wrong.query('select 1')).rejects.toMatchObject({ code: '28P01' });
    await wrong.end();
    expect(
      await ask(
        database,
        "select current_setting('listen_addresses') as a, current_setting('unix_socket_directories') as b",
      ),
    ).toEqual([{ a: '127.0.0.1', b: '' }]);
    const secret = database.connection.password?.reveal() ?? '';
    expect(secret.length).toBeGreaterThan(20);
    expect((await stat(path.join(folder, 'cluster', 'kuva-password'))).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o077).toBe(0);
    const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(commands).not.toContain(secret);
    expect(JSON.stringify(database)).not.toContain(secret);
  });

  it('is shared by several processes, and stopped by the last', async () => {
    const [one, two] = [child(), child()];
    const [first, second] = await Promise.all([running(one), running(two)]);
    expect(second.port).toBe(first.port);
    expect([first.adopted, second.adopted].filter((adopted) => !adopted)).toHaveLength(1);
    const pid = (await serverPid()) ?? 0;
    one.process.kill('SIGTERM');
    await one.line(/^stopped/);
    expect(isAlive(pid)).toBe(true);
    two.process.kill('SIGTERM');
    await two.line(/^stopped/);
    await until(() => !isAlive(pid));
    expect([...one.lines, ...two.lines].filter((line) => line.startsWith('trouble'))).toEqual([]);
  });

  it('is adopted after a kill -9 of all who used it, and then can be stopped', async () => {
    const killed = child();
    const before = await running(killed);
    const pid = (await serverPid()) ?? 0;
    await killed.kill('SIGKILL');
    expect(isAlive(pid)).toBe(true);
    const database = await start();
    expect(database).toMatchObject({ adopted: true, connection: { port: before.port } });
    await database.stop();
    await until(() => !isAlive(pid));
  });

  it('is not stopped by one while another, that began later, uses it', async () => {
    const first = await start();
    const second = await start();
    await first.stop();
    expect(await ask(second, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('recovers from a kill -9 of everything, without losing what was committed', async () => {
    const user = child();
    await running(user);
    const joined = await start();
    await ask(joined, 'create table kept as select generate_series(1, 1000) as n');
    const pid = (await serverPid()) ?? 0;
    process.kill(pid, 'SIGKILL');
    await user.kill('SIGKILL');
    // Its supervisor starts it again; so would a new process.
    await until(async () => {
      const now = await serverPid();
      return now !== undefined && now !== pid && isAlive(now);
    });
    expect(await ask(await start(), 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  });

  it('is started again on the same port when it dies under a running process', async () => {
    const user = child();
    const { port } = await running(user);
    process.kill((await serverPid()) ?? 0, 'SIGKILL');
    await user.line(/^trouble: The embedded database had stopped and was started again/);
    const joined = await start();
    expect(joined).toMatchObject({ adopted: true, connection: { port } });
  });

  it('starts although postmaster.pid names a process that is something else now', async () => {
    await (await start()).stop();
    const stale = [
      process.pid,
      path.join(folder, 'cluster'),
      1,
      5432,
      '',
      '127.0.0.1',
      '  1 1',
      'ready',
      '',
    ].join('\n');
    await writeFile(path.join(folder, 'cluster', 'postmaster.pid'), stale);
    expect(await ask(await start(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('begins anew where making it was cut short, and removes what that left', async () => {
    await mkdir(path.join(folder, 'cluster.new-999999999-abcd1234', 'base'), { recursive: true });
    await writeFile(path.join(folder, 'cluster.new-999999999-abcd1234.password'), 'x');
    await start();
    expect((await readdir(folder)).filter((name) => name.startsWith('cluster.new'))).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted while being made', async () => {
    const interrupted = child();
    await until(async () =>
      (await readdir(folder).catch(() => [])).some((name) => /^cluster\.new-\d+-\w+$/.test(name)),
    );
    interrupted.process.kill('SIGINT');
    expect((await interrupted.ended).code).toBe(1);
    expect(interrupted.lines.join()).toContain('failed interrupted');
    expect((await readdir(folder)).filter((name) => name.startsWith('cluster'))).toEqual([]);
  });

  it('takes another port when the old one is taken, and when it was forgotten', async () => {
    const first = await start();
    await first.stop();
    const { port } = first.connection;
    const thief = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => thief.once('listening', resolve));
    const second = await start();
    expect(second.connection.port).not.toBe(port);
    thief.close();
    await second.stop();
    await rm(path.join(folder, 'state.json'));
    expect(await ask(await start(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('sets a new password when the file with it is gone', async () => {
    const first = await start();
    await ask(first, 'create table kept as select 7 as n');
    await first.stop();
    await rm(path.join(folder, 'cluster', 'kuva-password'));
    const second = await start();
    expect(second.connection.password?.reveal()).not.toBe(first.connection.password?.reveal());
    expect(await ask(second, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('does not take the server of a copied folder for its own', async () => {
    const original = await start();
    await ask(original, 'create table whose as select 1 as n');
    const copied = path.join(parent, 'copy', 'postgres');
    await cp(folder, copied, { recursive: true });
    const copy = await startEmbedded(copied);
    databases.push(copy);
    expect(copy.connection.port).not.toBe(original.connection.port);
    expect(await ask(copy, "select current_setting('data_directory') as folder")).toEqual([
      { folder: path.join(copied, 'cluster') },
    ]);
  });

  it('refuses data of another major version, and leaves it alone', async () => {
    await mkdir(path.join(folder, 'cluster'), { recursive: true });
    await writeFile(path.join(folder, 'cluster', 'PG_VERSION'), '16\n');
    const refused = startEmbedded(folder);
    await expect(refused).rejects.toMatchObject({ code: 'folder-unusable' });
    await expect(refused).rejects.toThrow(/holds data of PostgreSQL 16/);
    expect(await readdir(path.join(folder, 'cluster'))).toEqual(['PG_VERSION']);
  });

  it('refuses a folder that holds something else', async () => {
    await mkdir(path.join(folder, 'cluster'), { recursive: true });
    await writeFile(path.join(folder, 'cluster', 'thesis.txt'), 'mine');
    await expect(startEmbedded(folder)).rejects.toMatchObject({ code: 'folder-unusable' });
    expect(await readFile(path.join(folder, 'cluster', 'thesis.txt'), 'utf8')).toBe('mine');
  });

  it('says so when the folder is a file', async () => {
    await writeFile(path.join(parent, 'data'), '');
    await expect(startEmbedded(folder)).rejects.toMatchObject({ code: 'folder-unusable' });
  });

  it('tells the server’s own last words when it does not start', async () => {
    await (await start()).stop();
    await writeFile(path.join(folder, 'cluster', 'postgresql.conf'), 'shared_preload_libraries = nonsense\n');
    const refused = startEmbedded(folder);
    await expect(refused).rejects.toMatchObject({ code: 'embedded-failed' });
    await expect(refused).rejects.toThrow(/could not access file "nonsense"/);
  });

  it('keeps its log small', async () => {
    await (await start()).stop();
    await writeFile(path.join(folder, 'server.log'), 'x'.repeat(5_000_000));
    await start();
    expect((await stat(path.join(folder, 'server.log'))).size).toBeLessThan(100_000);
    expect((await stat(path.join(folder, 'server.log.1'))).size).toBe(5_000_000);
  });

  describe.runIf(isRoot)('started by root', () => {
    it('runs as another user', async () => {
      await start();
      const pid = (await serverPid()) ?? 0;
      expect(statSync(`/proc/${pid}`).uid).toBe(65_534);
      expect(statSync(folder).uid).toBe(65_534);
    });

    it('runs below a folder that nobody else may pass through', async () => {
      await chmod(parent, 0o700);
      const database = await start();
      expect(await ask(database, 'select 1 as n')).toEqual([{ n: 1 }]);
      await database.stop();
      expect(await ask(await start(), 'select 1 as n')).toEqual([{ n: 1 }]);
    });

    it('says what to do when there is no way through', async () => {
      await chmod(parent, 0o700);
      const powerless = child(['setpriv', '--bounding-set=-dac_read_search,-dac_override']);
      await powerless.ended;
      expect(powerless.lines.join('\n')).toMatch(
        /failed folder-unusable: PostgreSQL does not run as root.*cannot pass through/s,
      );
    });

    it('leaves a folder to its owner, who can use it before and after', async () => {
      // "daemon" on every Unix: initdb wants its user to have a name.
      await mkdir(folder, { recursive: true });
      execFileSync('chown', ['-R', '1:1', path.join(parent, 'data')]);
      const asOwner = ['setpriv', '--reuid=1', '--regid=1', '--clear-groups'];
      const before = child(asOwner);
      await running(before);
      before.process.kill('SIGTERM');
      await before.line(/^stopped/);
      const asRoot = await start();
      expect(statSync(`/proc/${(await serverPid()) ?? 0}`).uid).toBe(1);
      await asRoot.stop();
      const after = child(asOwner);
      await running(after);
    });

    it('tells a user without a name that PostgreSQL wants one', async () => {
      await mkdir(folder, { recursive: true });
      execFileSync('chown', ['-R', '12345:12345', path.join(parent, 'data')]);
      const nameless = child(['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups']);
      await nameless.ended;
      expect(nameless.lines.join('\n')).toMatch(
        /failed embedded-failed: .*user 12345 has none on this machine/,
      );
    });

    it('tells an ordinary user that the folder belongs to somebody else', async () => {
      await (await start()).stop();
      const other = child(['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups']);
      await other.ended;
      expect(other.lines.join('\n')).toMatch(
        /failed folder-unusable: The embedded database cannot use .*(EACCES|EPERM)/,
      );
    });

    it('tells of a full disk', async (context) => {
      const small = path.join(parent, 'small');
      await mkdir(small);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', small], { stdio: 'pipe' });
      } catch {
        context.skip('this machine lets nobody mount a small file system');
      }
      try {
        const refused = startEmbedded(path.join(small, 'postgres'));
        await expect(refused).rejects.toMatchObject({ code: 'folder-unusable' });
        await expect(refused).rejects.toThrow(/No space left/i);
        expect(
          (await readdir(path.join(small, 'postgres'))).filter((name) => name.startsWith('cluster')),
        ).toEqual([]);
      } finally {
        execFileSync('umount', [small]);
      }
    });
  });
});
