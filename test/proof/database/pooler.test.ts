/** Between the worker and the database is a pooler that gives each transaction another session. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startOwnPostgres } from '../../servers/ownPostgres.ts';
import { asSuperuser } from '../../servers/postgres.ts';
import { openPooler } from '../../servers/transactionPooler.ts';
import { runKuva, temporaryFolder } from '../../whole/kuva.ts';

describe('A pooler in transaction mode before the database', () => {
  it('is found by what it does, whatever number of sessions it has, and refused with a clear message', async () => {
    const postgres = await startOwnPostgres();
    onTestFinished(() => postgres.remove());
    const rules = join(postgres.folder, 'cluster', 'pg_hba.conf');
    const before = await readFile(rules, 'utf8');
    await writeFile(rules, 'host all pooled 127.0.0.1/32 trust\n');
    await appendFile(rules, before);
    await asSuperuser(postgres.server, 'create role pooled login; select pg_reload_conf()');
    await asSuperuser(postgres.server, 'create database pooled owner pooled');
    const { hostname, port } = new URL(postgres.server.url);
    for (const size of [1, 3]) {
      const pooler = await openPooler(
        { host: hostname, port: Number(port), user: 'pooled', database: 'pooled' },
        size,
      );
      const cwd = await temporaryFolder();
      await writeFile(join(cwd, 'kuva.yaml'), 'database: env\n');
      const env = { DATABASE_URL: `postgres://pooled@127.0.0.1:${pooler.port}/pooled?sslmode=disable` };
      const { code, stderr } = await runKuva(['worker'], { cwd, env });
      expect(code, stderr).toBe(78);
      expect(stderr).toMatch(/a pooler that gives each transaction another session/);
      expect(stderr).toMatch(/pool_mode = session/);
      await pooler.close();
    }
    // Straight to the server it works.
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'kuva.yaml'), 'database: env\n');
    const env = { DATABASE_URL: `postgres://pooled@127.0.0.1:${port}/pooled?sslmode=disable` };
    const straight = await runKuva(['run'], { cwd, env });
    expect(straight.code, straight.stderr).toBe(0);
  });
});
