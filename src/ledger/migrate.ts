import type { PoolClient } from 'pg';
import { z } from 'zod';
import { KuvaError } from '../image/failure.ts';
import { codeOf, databaseFailure } from './databaseError.ts';
import { migrateJobs } from './graphile.ts';
import { placeLogRecords } from './logRecords.ts';
import { migrations } from './migrations/all.ts';
import type { LedgerPool } from './pool.ts';

/** One lock for everything that changes the schema ("kuva", "sche"): two workers that start at once take turns. */
const schemaLock = '1802860129, 1935894629';

export interface Migrated {
  /** Migrations that were applied now. */
  readonly applied: readonly string[];
  /** For a person to read, e.g. that a foreign `log_records` is in the way. */
  readonly notices: readonly string[];
}

const stateSchema = z.object({ encoding: z.string(), version: z.coerce.number() });

/** PostgreSQL 13 was the first whose `force` and whose Trove images are still about; older ones were never tried. */
const oldestPostgres = 130_000;

/**
 * Brings the database's schema to what this program needs: Graphile Worker's own, then ours in one transaction, all
 * under one lock. Safe when several workers start at once; quick when there is nothing to do.
 * @throws KuvaError `database-schema` when the schema is newer than this program, or the database is not UTF-8;
 *   `database-*`
 */
export async function migrate(pool: LedgerPool): Promise<Migrated> {
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    await checkServer(client);
    await client.query(`select pg_advisory_lock(${schemaLock})`);
    try {
      await checkNotNewer(client);
      await migrateJobs(pool);
      return await migrateOurs(client);
    } finally {
      await client.query(`select pg_advisory_unlock(${schemaLock})`).catch(() => undefined);
    }
  } catch (error) {
    throw migrationFailure(error);
  } finally {
    client?.release();
  }
}

async function checkServer(client: PoolClient): Promise<void> {
  const { rows } = await client.query(
    "select current_setting('server_encoding') as encoding, current_setting('server_version_num') as version",
  );
  const { encoding, version } = stateSchema.parse(rows[0]);
  if (encoding !== 'UTF8') {
    throw new KuvaError('database-schema', {
      what: `The database is encoded in ${encoding}, which cannot hold every name of an object`,
      remedy: "Make a new one: CREATE DATABASE kuva ENCODING 'UTF8' TEMPLATE template0.",
    });
  }
  if (version < oldestPostgres) {
    throw new KuvaError('database-schema', {
      what: `The database server is PostgreSQL ${Math.floor(version / 10_000)}, and kuva needs 13 or newer`,
      remedy: 'Use a newer server.',
    });
  }
}

async function latestApplied(client: PoolClient): Promise<number> {
  const { rows: there } = await client.query("select to_regclass('kuva.migrations') is not null as there");
  if (!z.object({ there: z.boolean() }).parse(there[0]).there) return 0;
  const { rows } = await client.query('select coalesce(max(id), 0) as latest from kuva.migrations');
  return z.object({ latest: z.number() }).parse(rows[0]).latest;
}

async function checkNotNewer(client: PoolClient): Promise<void> {
  const latest = await latestApplied(client);
  const known = migrations.at(-1)?.id ?? 0;
  if (latest <= known) return;
  throw new KuvaError('database-schema', {
    what: `The database has schema version ${latest}, and this version of kuva knows versions up to ${known}`,
    data: 'Nothing was changed.',
    remedy: 'A newer kuva has been at work here: upgrade this worker.',
  });
}

/**
 * Looks whether the schema still fits: another program's upgrade may have come meanwhile.
 * @throws KuvaError `database-schema`, `database-*`
 */
export async function checkSchema(pool: LedgerPool): Promise<void> {
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    await checkNotNewer(client);
  } catch (error) {
    throw databaseFailure(error);
  } finally {
    client?.release();
  }
}

async function migrateOurs(client: PoolClient): Promise<Migrated> {
  await client.query('begin');
  try {
    // Indexes on a large table take longer than a pool's usual patience; so does waiting for a long report to end.
    await client.query('set local statement_timeout = 0; set local lock_timeout = 0');
    await client.query('create schema if not exists kuva');
    await client.query(`create table if not exists kuva.migrations (
      id int primary key, name text not null, applied_at timestamptz not null default now()
    )`);
    const latest = await latestApplied(client);
    const applied: string[] = [];
    for (const { id, name, sql } of migrations.filter((migration) => migration.id > latest)) {
      await client.query(sql);
      await client.query('insert into kuva.migrations (id, name) values ($1, $2)', [id, name]);
      applied.push(name);
    }
    const notices = await placeLogRecords(client);
    await client.query('commit');
    return { applied, notices };
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function migrationFailure(error: unknown): KuvaError {
  if (codeOf(error) !== '42501') return databaseFailure(error);
  return new KuvaError('database-denied', {
    what: `The database user may not set up kuva's tables: ${databaseFailure(error).message}`,
    data: 'Nothing was changed.',
    remedy:
      'Let it own the database (ALTER DATABASE … OWNER TO …), or: GRANT CONNECT, CREATE ON DATABASE … TO …. If another user set kuva up here before, use that one.',
    cause: error instanceof Error ? new Error(error.message) : undefined,
  });
}
