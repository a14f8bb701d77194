import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConnection, SslMode } from '../../src/ledger/config.ts';
import { databaseFailure } from '../../src/ledger/databaseError.ts';
import { type EmbeddedDatabase, startEmbedded } from '../../src/ledger/embedded/startEmbedded.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { encryptions } from '../../src/ledger/tls.ts';
import { rowsOf } from './sample.ts';

/** The sslmodes of libpq, tried on a real PostgreSQL with a certificate of a made-up authority. */
describe('A connection to the database', () => {
  /** A server of its own: its settings would be in everybody's way. */
  let server: EmbeddedDatabase;
  let plain: DatabaseConnection;
  let folder: string;
  /** Speaks for the server, and answers "no TLS" to whoever asks for it. */
  let withoutTls: Server;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kuva-tls-'));
    await chmod(folder, 0o755);
    const file = (name: string): string => path.join(folder, name);
    const openssl = (...args: string[]): void => {
      execFileSync('openssl', args, { stdio: 'pipe' });
    };
    for (const name of ['ca', 'stranger']) {
      openssl(
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        file(`${name}.key`),
        '-out',
        file(`${name}.crt`),
      );
    }
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-keyout',
      file('server.key'),
      '-out',
      file('server.csr'),
    );
    await writeFile(file('names'), 'subjectAltName = DNS:localhost\n');
    openssl(
      'x509',
      '-req',
      '-in',
      file('server.csr'),
      '-CA',
      file('ca.crt'),
      '-CAkey',
      file('ca.key'),
      '-days',
      '2',
      '-out',
      file('server.crt'),
      '-extfile',
      file('names'),
    );
    server = await startEmbedded(file('postgres'));
    plain = { ...server.connection, host: 'localhost' };
    for (const name of ['server.key', 'server.crt']) await own(name, await readFile(file(name), 'utf8'));
    await reload('alter system set ssl = on');

    withoutTls = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (first) => {
        const asksForTls = first.length === 8 && first.readInt32BE(4) === 80_877_103;
        const upstream = connect(plain.port, '127.0.0.1');
        upstream.on('error', () => socket.destroy());
        if (asksForTls) socket.write('N');
        else upstream.write(first);
        socket.pipe(upstream).pipe(socket);
      });
    });
    await new Promise<void>((resolve) => withoutTls.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    withoutTls.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const tried = async (changes: Partial<DatabaseConnection>): Promise<string> => {
    const pool = openPool({ ...plain, ...changes }, 1);
    try {
      const [row] = await rowsOf(pool, 'select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      return row?.['ssl'] === true ? 'encrypted' : 'plain';
    } catch (error) {
      return databaseFailure(error).code;
    } finally {
      await pool.end();
    }
  };
  const noTls = (): Partial<DatabaseConnection> => {
    const { port }: Pick<AddressInfo, 'port'> = addressOf(withoutTls);
    return { host: '127.0.0.1', port };
  };
  const ca = (name: string): Partial<DatabaseConnection> => ({
    sslrootcert: path.join(folder, `${name}.crt`),
  });

  it.each<[SslMode, string]>([
    ['disable', 'plain'],
    ['allow', 'plain'],
    ['prefer', 'encrypted'],
    ['require', 'encrypted'],
  ])('with sslmode %s and no authority is %s where the server offers TLS', async (sslmode, outcome) => {
    expect(await tried({ sslmode })).toBe(outcome);
  });

  it.each<[SslMode, string]>([
    ['disable', 'plain'],
    ['allow', 'plain'],
    ['prefer', 'plain'],
    ['require', 'database-denied'],
  ])('with sslmode %s is %s where the server does not offer TLS', async (sslmode, outcome) => {
    expect(await tried({ sslmode, ...noTls() })).toBe(outcome);
  });

  it.each<[SslMode, string, string, string]>([
    ['require', 'ca', 'localhost', 'encrypted'],
    ['require', 'stranger', 'localhost', 'database-denied'],
    ['verify-ca', 'ca', 'localhost', 'encrypted'],
    ['verify-ca', 'ca', '127.0.0.1', 'encrypted'],
    ['verify-ca', 'stranger', 'localhost', 'database-denied'],
    ['verify-full', 'ca', 'localhost', 'encrypted'],
    ['verify-full', 'ca', '127.0.0.1', 'database-denied'],
    ['verify-full', 'stranger', 'localhost', 'database-denied'],
    ['prefer', 'stranger', 'localhost', 'plain'],
  ])('with sslmode %s, the authority "%s" and the host %s is %s', async (sslmode, name, host, outcome) => {
    expect(await tried({ sslmode, host, ...ca(name) })).toBe(outcome);
  });

  it('is encrypted with sslmode allow where the server insists on it', async () => {
    await hostRule('hostssl');
    try {
      expect(await tried({ sslmode: 'allow' })).toBe('encrypted');
      expect(await tried({ sslmode: 'disable' })).toBe('database-denied');
    } finally {
      await hostRule('host');
    }
    expect(await tried({ sslmode: 'disable' })).toBe('plain');
  });

  it('goes on with TLS when the server begins to insist on it later', async () => {
    const encrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
    const pool = openPool({ ...plain, sslmode: 'allow' }, 1);
    expect(await rowsOf(pool, encrypted)).toEqual([{ ssl: false }]);
    await hostRule('hostssl');
    try {
      await pool.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
      expect(await rowsOf(pool, encrypted)).toEqual([{ ssl: true }]);
    } finally {
      await pool.end();
      await hostRule('host');
    }
  });

  it('is not tried without the certificate file that its sslmode needs', () => {
    const connection = { ...plain, sslmode: 'verify-full' as const };
    expect(() => encryptions(connection, folder)).toThrow(/root certificate file .*root\.crt does not exist/);
    expect(() => encryptions({ ...connection, sslrootcert: '/nowhere.crt' })).toThrow('/nowhere.crt');
    expect(() => encryptions({ ...connection, sslmode: 'require', sslrootcert: 'system' })).toThrow(
      /verify-full/,
    );
  });

  it('uses the root certificate in the home folder when it is there, as libpq does', async () => {
    const home = await mkdtemp(path.join(folder, 'home-'));
    execFileSync('mkdir', [path.join(home, '.postgresql')]);
    await writeFile(path.join(home, '.postgresql', 'root.crt'), await readFile(path.join(folder, 'ca.crt')));
    const [first] = encryptions({ ...plain, sslmode: 'require' }, home);
    expect(first).toMatchObject({ rejectUnauthorized: true });
    expect(encryptions({ ...plain, sslmode: 'require' }, folder)).toEqual([{ rejectUnauthorized: false }]);
  });

  it('over a Unix socket is never encrypted', () => {
    expect(encryptions({ ...plain, host: '/run/postgresql', sslmode: 'verify-full' })).toEqual([false]);
  });

  /** Writes a file of the server's, who may be another user. */
  async function own(name: string, text: string): Promise<void> {
    const cluster = path.join(folder, 'postgres', 'cluster');
    await writeFile(path.join(cluster, name), text, { mode: 0o600 });
    const { uid, gid } = await stat(cluster);
    await chown(path.join(cluster, name), uid, gid);
  }

  async function reload(...statements: string[]): Promise<void> {
    const pool = openPool({ ...plain, sslmode: 'prefer' }, 1);
    for (const statement of [...statements, 'select pg_reload_conf()']) await pool.query(statement);
    await pool.end();
    // The server's main process reads it a moment later.
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  async function hostRule(kind: 'host' | 'hostssl'): Promise<void> {
    await own('pg_hba.conf', `${kind} all all all scram-sha-256\n`);
    await reload();
  }
});

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address;
}
