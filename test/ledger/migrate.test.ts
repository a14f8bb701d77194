import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { describeFailure, toKuvaError } from '../../src/image/failure.ts';
import type { DatabaseConnection } from '../../src/ledger/config.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { migrations } from '../../src/ledger/migrations/all.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { startChild } from '../processes/child.ts';
import { asSuperuser, createUser, emptyDatabase, type TestDatabase } from '../servers/postgres.ts';
import { beginOptions, finish, put, rowsOf, until } from './sample.ts';

const server = inject('postgres');

describe('Migrating', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await emptyDatabase(server);
  });
  afterEach(() => database.drop());

  const withPool = async <T>(
    connection: DatabaseConnection,
    action: (pool: ReturnType<typeof openPool>) => Promise<T>,
  ): Promise<T> => {
    const pool = openPool(connection);
    try {
      return await action(pool);
    } finally {
      await pool.end();
    }
  };

  it('makes everything in an empty database, and nothing in one that has it', async () => {
    await withPool(database.connection, async (pool) => {
      expect(await migrate(pool)).toEqual({ applied: migrations.map(({ name }) => name), notices: [] });
      expect(await migrate(pool)).toEqual({ applied: [], notices: [] });
      expect((await pool.query('select id from kuva.migrations order by id')).rows).toEqual(
        migrations.map(({ id }) => ({ id })),
      );
    });
  });

  it('is done once when two workers start at the same moment', async () => {
    const program = new URL('migrator.ts', import.meta.url);
    const two = [startChild(program, [database.url]), startChild(program, [database.url])];
    const ends = await Promise.all(two.map(({ ended }) => ended));
    expect(
      ends.map(({ code }) => code),
      two.flatMap(({ lines }) => lines).join('\n'),
    ).toEqual([0, 0]);
    const applied = two.map(({ lines }) => lines.find((line) => line.startsWith('{'))).sort();
    expect(applied).toEqual(
      [
        '{"applied":[],"notices":[]}',
        JSON.stringify({ applied: migrations.map(({ name }) => name), notices: [] }),
      ].sort(),
    );
  });

  it('is done once when eight pools of one process begin together', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, () => withPool(database.connection, migrate)),
    );
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
  });

  it('refuses a schema that is newer than the program, and says to upgrade', async () => {
    await withPool(database.connection, async (pool) => {
      await migrate(pool);
      await pool.query("insert into kuva.migrations (id, name) values (999, 'of the future')");
      const refused = migrate(pool);
      await expect(refused).rejects.toMatchObject({ code: 'database-schema', data: 'Nothing was changed.' });
      await expect(refused).rejects.toThrow(
        /schema version 999 and can only be used by versions of kuva that know version 999/,
      );
    });
  });

  it('leaves a schema alone that is newer and only added something: older programs go on beside', async () => {
    await withPool(database.connection, async (pool) => {
      await migrate(pool);
      await pool.query("insert into kuva.migrations (id, name, breaking) values (999, 'only adds', false)");
      expect(await migrate(pool)).toEqual({ applied: [], notices: [] });
      await pool.query("insert into kuva.migrations (id, name, breaking) values (1000, 'breaks', true)");
      await expect(migrate(pool)).rejects.toMatchObject({ code: 'database-schema' });
    });
  });

  it('gives up, and says so, while somebody holds on to a table that it has to change', async () => {
    await withPool(database.connection, async (pool) => {
      await migrate(pool);
      const client = await pool.connect();
      await client.query('begin; lock table kuva.workers, kuva.images, kuva.records');
      await pool.query('delete from kuva.migrations where id = (select max(id) from kuva.migrations)');
      const upgrading = migrate(pool).catch((error: unknown) => toKuvaError(error));
      // It stands back again and again: who comes after it is not kept waiting for longer than that.
      await until(async () => {
        const waiting = await rowsOf(
          client,
          `select pid from pg_locks where not granted
            and relation in ('kuva.workers'::regclass, 'kuva.images'::regclass, 'kuva.records'::regclass)`,
        );
        return waiting.length > 0;
      });
      await client.query('commit');
      client.release();
      // The migration was applied already: so now it gets its turn, and fails for that reason alone.
      expect(await upgrading).toMatchObject({ code: 'database-failed' });
    });
  });

  it('refuses job tables that are newer than the program, and leaves the exit code alone', async () => {
    await withPool(database.connection, async (pool) => {
      await migrate(pool);
      await pool.query('insert into graphile_worker.migrations (id, breaking) values (1000000, true)');
      await expect(migrate(pool)).rejects.toMatchObject({ code: 'database-schema' });
      expect(process.exitCode).toBeUndefined();
    });
  });

  it('refuses a database that cannot hold every name', async () => {
    await asSuperuser(
      server,
      `create database ${database.connection.database}_latin encoding 'LATIN1' locale 'C' locale_provider libc template template0`,
    );
    const latin = { ...database.connection, database: `${database.connection.database}_latin` };
    await expect(withPool(latin, migrate)).rejects.toMatchObject({ code: 'database-schema' });
    await asSuperuser(server, `drop database ${latin.database} with (force)`);
  });

  it('changes nothing when it fails', async () => {
    await asSuperuser(
      server,
      'create schema kuva; create table kuva.records (id int)',
      database.connection.database,
    );
    await withPool(database.connection, async (pool) => {
      await expect(migrate(pool)).rejects.toMatchObject({ code: 'database-failed' });
      expect((await pool.query("select tablename from pg_tables where schemaname = 'kuva'")).rows).toEqual([
        { tablename: 'records' },
      ]);
      await pool.query('drop table kuva.records');
      expect((await migrate(pool)).applied).toHaveLength(migrations.length);
    });
  });

  describe('by a user without many rights', () => {
    const works = async (connection: DatabaseConnection): Promise<void> => {
      await withPool(connection, async (pool) => {
        const ledger = openLedger(pool, 'cats');
        await finish(ledger, await put(ledger, 'cat1.jpg'), 'cat1.jpg');
        const queue = openQueue(pool, 'cats');
        const stop = new AbortController();
        const running = queue.run({
          worker: 'w',
          version: '1',
          concurrency: 2,
          stop: stop.signal,
          async work({ id }) {
            const begin = await ledger.begin(id, beginOptions('dog.jpg'));
            if (begin.outcome === 'begun') await ledger.settle(begin.attempt, { state: 'done' });
          },
        });
        await put(ledger, 'dog.jpg');
        await until(async () => (await ledger.counts()).done === 2);
        stop.abort();
        await running;
      });
      // A new session, as psql would have it: what the role was given holds from then on.
      await withPool(connection, async (pool) => {
        const rows = await rowsOf(pool, "select * from log_records where negated_image_name like '%cat1%'");
        expect(rows).toHaveLength(1);
        expect(Object.keys(rows[0] ?? {}).slice(0, 3)).toEqual([
          'timestamp',
          'negated_image_name',
          'negated_image_hash',
        ]);
      });
    };

    it('works for the owner of the database', async () => {
      const user = await createUser(server, database);
      await asSuperuser(server, `alter database ${database.connection.database} owner to ${user.name}`);
      expect((await withPool(user.connection, migrate)).notices).toEqual([]);
      await works(user.connection);
      await withPool(user.connection, async (pool) => {
        expect(
          (await pool.query("select to_regclass('public.log_records') is not null as there")).rows,
        ).toEqual([{ there: true }]);
      });
      await database.drop();
      await user.drop();
    });

    it('works for one that may only connect and create schemas: the view goes to our schema', async () => {
      const user = await createUser(server, database);
      const { database: name } = database.connection;
      await asSuperuser(server, `grant connect, create on database ${name} to ${user.name}`);
      await asSuperuser(server, 'revoke create on schema public from public', name);
      await withPool(user.connection, migrate);
      await works(user.connection);
      await withPool(user.connection, async (pool) => {
        expect(
          (
            await pool.query(
              "select to_regclass('public.log_records') is null as absent, to_regclass('kuva.log_records') is not null as there",
            )
          ).rows,
        ).toEqual([{ absent: true, there: true }]);
        expect(await rowsOf(pool, 'show search_path')).toEqual([{ search_path: '"$user", public, kuva' }]);
        expect(await migrate(pool)).toEqual({ applied: [], notices: [] });
      });
      await database.drop();
      await user.drop();
    });

    it('says which right is missing, and what gives it', async () => {
      const user = await createUser(server, database);
      const refused = withPool(user.connection, migrate);
      await expect(refused).rejects.toMatchObject({ code: 'database-denied' });
      expect(
        describeFailure(toKuvaError(await refused.catch((error: unknown) => error))).join(' '),
      ).toContain('GRANT CONNECT, CREATE ON DATABASE');
      await user.drop();
    });
  });
});
