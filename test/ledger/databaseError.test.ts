import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type FailureCode, type KuvaError, toKuvaError } from '../../src/image/failure.ts';
import { Secret } from '../../src/image/secret.ts';
import type { DatabaseConnection } from '../../src/ledger/config.ts';
import { databaseFailure } from '../../src/ledger/databaseError.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { asSuperuser, emptyDatabase, freshDatabase, type TestDatabase } from '../servers/postgres.ts';

describe('An error of the database', () => {
  const server = inject('postgres');
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase(server);
  });
  afterAll(() => database.drop());

  const failureOf = async (connection: DatabaseConnection): Promise<KuvaError> => {
    const pool = openPool(connection, 1);
    try {
      await openLedger(pool, 'cats').enqueue('b', [], new Date());
      await openLedger(pool, 'cats').reportOutages('w', []);
      throw new Error('it worked');
    } catch (error) {
      return toKuvaError(error);
    } finally {
      await pool.end();
    }
  };

  it('is told as a server that does not answer', async () => {
    expect(await failureOf({ ...database.connection, port: 1 })).toMatchObject({
      code: 'database-unreachable',
      retry: 'patient',
    });
  });

  it('is told as a name that nobody knows', async () => {
    const failure = await failureOf({ ...database.connection, host: 'no-such-host.invalid' });
    expect(failure.code).toBe('database-unreachable');
    expect(failure.message).toMatch(/name/);
  });

  it('is told as a wrong password, and never shows it', async () => {
    const secret = 'correct-horse-battery';
    const failure = await failureOf({ ...database.connection, password: new Secret(secret) });
    expect(failure.code).toBe('database-denied');
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(secret);
    expect(
      inspect(openPool({ ...database.connection, password: new Secret(secret) }), { depth: 6 }),
    ).not.toContain(secret);
  });

  it('is told as a database that is not there', async () => {
    const failure = await failureOf({ ...database.connection, database: 'no_such_database' });
    expect(failure).toMatchObject({ code: 'database-denied' });
    expect(failure.message).toContain('no_such_database');
  });

  it('is told as tables that are not there', async () => {
    const empty = await emptyDatabase(server);
    expect(await failureOf(empty.connection)).toMatchObject({ code: 'database-schema', retry: 'never' });
    await empty.drop();
  });

  it('is told as a database that takes no writes', async () => {
    const { database: name } = database.connection;
    await asSuperuser(server, `alter database ${name} set default_transaction_read_only = on`);
    expect(await failureOf(database.connection)).toMatchObject({
      code: 'database-readonly',
      retry: 'patient',
    });
    await asSuperuser(server, `alter database ${name} reset default_transaction_read_only`);
  });

  it('is told as a server without a free connection', async () => {
    const { database: name } = database.connection;
    await asSuperuser(
      server,
      `create role visitor login password 'v' connection limit 0; grant all on database ${name} to visitor`,
    );
    const failure = await failureOf({ ...database.connection, user: 'visitor', password: new Secret('v') });
    expect(failure).toMatchObject({ code: 'database-busy', retry: 'patient' });
    await asSuperuser(server, `drop owned by visitor; drop role visitor`);
  });

  it.each<[string, FailureCode]>([
    ['57P01', 'database-unreachable'],
    ['57P03', 'database-unreachable'],
    ['08006', 'database-unreachable'],
    ['08P01', 'database-unreachable'],
    ['ECONNRESET', 'database-unreachable'],
    ['53100', 'database-full'],
    ['53300', 'database-busy'],
    ['25006', 'database-readonly'],
    ['28000', 'database-denied'],
    ['42501', 'database-denied'],
    ['42P01', 'database-schema'],
    ['23505', 'database-failed'],
    ['22P02', 'database-failed'],
    ['XX000', 'database-failed'],
  ])('with the code %s is %s', (code, expected) => {
    expect(databaseFailure(Object.assign(new Error('whatever'), { code })).code).toBe(expected);
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
  ])('that the driver makes without a code (%s) is a server that does not answer', (message) => {
    expect(databaseFailure(new Error(message)).code).toBe('database-unreachable');
  });
});
