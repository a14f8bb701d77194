/** The test run's PostgreSQL: the embedded one, in a folder of its own; with a fresh database for whoever asks. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { Secret } from '../../src/image/secret.ts';
import type { DatabaseConnection } from '../../src/ledger/config.ts';
import { startEmbedded } from '../../src/ledger/embedded/startEmbedded.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openPool } from '../../src/ledger/pool.ts';

/** What a test file needs to reach the test run's PostgreSQL. Plain data: it goes from process to process. */
export interface PostgresServer {
  /** A superuser's URL of the database `postgres`. */
  readonly url: string;
}

export interface TestDatabase {
  readonly connection: DatabaseConnection;
  readonly url: string;
  /** Ends everybody's sessions and removes it. */
  drop(): Promise<void>;
}

const templateName = 'kuva_template';

export async function startPostgres(): Promise<{ server: PostgresServer; stop: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kuva-test-postgres-'));
  const database = await startEmbedded(folder);
  const server = { url: urlOf({ ...database.connection, database: 'postgres' }) };
  // Kept for cloning: a clone takes a tenth of the time that the migrations take.
  const template = await emptyDatabase(server, templateName);
  const pool = openPool(template.connection);
  await migrate(pool);
  await pool.end();
  return {
    server,
    stop: async () => {
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A database with kuva's tables and nothing in them. */
export function freshDatabase(server: PostgresServer): Promise<TestDatabase> {
  return createDatabase(server, `test_${randomBytes(6).toString('hex')}`, `template ${templateName}`);
}

/** A database with nothing at all. */
export function emptyDatabase(
  server: PostgresServer,
  name = `test_${randomBytes(6).toString('hex')}`,
): Promise<TestDatabase> {
  return createDatabase(server, name, 'template template0');
}

async function createDatabase(server: PostgresServer, name: string, how: string): Promise<TestDatabase> {
  await asSuperuser(server, `create database ${name} ${how}`);
  const connection = { ...connectionOf(server.url), database: name };
  return {
    connection,
    url: urlOf(connection),
    drop: () => asSuperuser(server, `drop database if exists ${name} with (force)`),
  };
}

/** Runs statements as the superuser, in the database `postgres` or another one. */
export async function asSuperuser(
  server: PostgresServer,
  statements: string,
  database = 'postgres',
): Promise<void> {
  const client = new Client({ connectionString: urlOf({ ...connectionOf(server.url), database }) });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}

/** A user with a password and no rights but those that PostgreSQL gives to everybody. */
export async function createUser(
  server: PostgresServer,
  database: TestDatabase,
): Promise<{ name: string; connection: DatabaseConnection; drop: () => Promise<void> }> {
  const name = `user_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(9).toString('hex');
  await asSuperuser(server, `create role ${name} login password '${password}'`);
  return {
    name,
    connection: { ...database.connection, user: name, password: new Secret(password) },
    drop: () => asSuperuser(server, `drop role ${name}`),
  };
}

export function connectionOf(url: string): DatabaseConnection {
  const parsed = new URL(url);
  return {
    host: parsed.hostname,
    port: Number(parsed.port),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    user: decodeURIComponent(parsed.username),
    password: new Secret(decodeURIComponent(parsed.password)),
    sslmode: 'disable',
  };
}

function urlOf({ host, port, database, user, password }: DatabaseConnection): string {
  const secret = encodeURIComponent(password?.reveal() ?? '');
  return `postgres://${encodeURIComponent(user)}:${secret}@${host}:${port}/${database}`;
}
