import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/image/secret.ts';
import { attach } from '../../../src/ledger/embedded/attach.ts';
import { locateBinaries } from '../../../src/ledger/embedded/binaries.ts';
import { ensureCluster } from '../../../src/ledger/embedded/cluster.ts';
import { preparePlace } from '../../../src/ledger/embedded/place.ts';
import { stopServer } from '../../../src/ledger/embedded/server.ts';
import { startEmbedded } from '../../../src/ledger/embedded/startEmbedded.ts';
import { openPool } from '../../../src/ledger/pool.ts';
import { hasEnded, useYard } from './yard.ts';

describe('The embedded database', () => {
  const yard = useYard();

  it('starts in a folder that is not there yet, keeps its data, and leaves nothing running', async () => {
    const first = await yard.start();
    expect(first.adopted).toBe(false);
    await yard.ask(first, 'create table kept as select 7 as n');
    const pid = await yard.serverPid();
    if (pid === undefined) throw new Error('no server ran');
    await first.stop();
    expect(hasEnded(pid)).toBe(true);
    const second = await yard.start();
    expect(second.connection.port).toBe(first.connection.port);
    expect(await yard.ask(second, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(
      await yard.ask(
        second,
        "select current_setting('fsync') as fsync, current_setting('data_checksums') as sums",
      ),
    ).toEqual([{ fsync: 'on', sums: 'on' }]);
  });

  it('can be stopped twice', async () => {
    const database = await yard.start();
    await Promise.all([database.stop(), database.stop()]);
    await database.stop();
    expect(await yard.serverPid()).toBeUndefined();
  });

  it('asks for a password, listens on the loopback address alone, and keeps the password to itself', async () => {
    const database = await yard.start();
    const wrong = openPool({ ...database.connection, password: new Secret('wrong') });
    await expect(wrong.query('select 1')).rejects.toMatchObject({ code: '28P01' });
    await wrong.end();
    expect(
      await yard.ask(
        database,
        "select current_setting('listen_addresses') as a, current_setting('unix_socket_directories') as b",
      ),
    ).toEqual([{ a: '127.0.0.1', b: '' }]);
    const secret = database.connection.password?.reveal() ?? '';
    expect(secret.length).toBeGreaterThan(20);
    expect((await stat(path.join(yard.folder, 'cluster', 'kuva-password'))).mode & 0o777).toBe(0o600);
    expect(statSync(yard.folder).mode & 0o077).toBe(0);
    const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(commands).not.toContain(secret);
    expect(JSON.stringify(database)).not.toContain(secret);
  });

  it('takes another port when the old one is taken, and when it was forgotten', async () => {
    const first = await yard.start();
    await first.stop();
    const { port } = first.connection;
    const thief = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => thief.once('listening', resolve));
    const second = await yard.start();
    expect(second.connection.port).not.toBe(port);
    thief.close();
    await second.stop();
    await rm(path.join(yard.folder, 'state.json'));
    expect(await yard.ask(await yard.start(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('sets a new password when the file with it is gone', async () => {
    const first = await yard.start();
    await yard.ask(first, 'create table kept as select 7 as n');
    await first.stop();
    await rm(path.join(yard.folder, 'cluster', 'kuva-password'));
    const second = await yard.start();
    expect(second.connection.password?.reveal()).not.toBe(first.connection.password?.reveal());
    expect(await yard.ask(second, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('refuses data of another major version, and leaves it alone', async () => {
    await mkdir(path.join(yard.folder, 'cluster'), { recursive: true });
    await writeFile(path.join(yard.folder, 'cluster', 'PG_VERSION'), '16\n');
    const refused = startEmbedded(yard.folder);
    await expect(refused).rejects.toMatchObject({ code: 'folder-unusable' });
    await expect(refused).rejects.toThrow(/holds data of PostgreSQL 16/);
    expect(await readdir(path.join(yard.folder, 'cluster'))).toEqual(['PG_VERSION']);
  });

  it('refuses a folder that holds something else', async () => {
    await mkdir(path.join(yard.folder, 'cluster'), { recursive: true });
    await writeFile(path.join(yard.folder, 'cluster', 'thesis.txt'), 'mine');
    await expect(startEmbedded(yard.folder)).rejects.toMatchObject({ code: 'folder-unusable' });
    expect(await readFile(path.join(yard.folder, 'cluster', 'thesis.txt'), 'utf8')).toBe('mine');
  });

  it('says so when the folder is a file', async () => {
    await writeFile(path.join(yard.parent, 'data'), '');
    await expect(startEmbedded(yard.folder)).rejects.toMatchObject({ code: 'folder-unusable' });
  });

  it('tells the server’s own last words when it does not start', async () => {
    await (await yard.start()).stop();
    await writeFile(
      path.join(yard.folder, 'cluster', 'postgresql.conf'),
      'shared_preload_libraries = nonsense\n',
    );
    const refused = startEmbedded(yard.folder);
    await expect(refused).rejects.toMatchObject({ code: 'embedded-failed' });
    await expect(refused).rejects.toThrow(/could not access file "nonsense"/);
  });

  it('keeps its log small', async () => {
    await (await yard.start()).stop();
    await writeFile(path.join(yard.folder, 'server.log'), 'x'.repeat(5_000_000));
    await yard.start();
    expect((await stat(path.join(yard.folder, 'server.log'))).size).toBeLessThan(100_000);
    expect((await stat(path.join(yard.folder, 'server.log.1'))).size).toBe(5_000_000);
  });

  it('works where npm was told to run no install scripts, and writes nothing beside its programs', async () => {
    const { native } = locateBinaries();
    const bare = path.join(yard.parent, 'package', 'native');
    // As npm unpacks it: without links.
    await cp(native, bare, {
      recursive: true,
      filter: async (file) => !(await lstat(file)).isSymbolicLink() && !file.endsWith('.a'),
    });
    // For root, behind a closed door as well.
    await chmod(yard.parent, 0o700);
    const listed = (await readdir(bare, { recursive: true })).sort();
    const [postgres, initdb, pgCtl] = ['postgres', 'initdb', 'pg_ctl'].map((name) =>
      path.join(bare, 'bin', name),
    );
    const place = await preparePlace(yard.folder, {
      native: bare,
      postgres: postgres ?? '',
      initdb: initdb ?? '',
      pgCtl: pgCtl ?? '',
    });
    await ensureCluster(place);
    const { holder } = await attach(place);
    await holder.release(async () => stopServer(place, (await yard.serverPid()) ?? 0));
    expect((await readdir(bare, { recursive: true })).sort()).toEqual(listed);
  });
});
