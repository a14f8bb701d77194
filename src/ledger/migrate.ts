import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { KuvaError } from '../image/failure.ts';
import { newestKnown, refuseIncompatible, schemaVersion } from './compatibility.ts';
import { codeOf, databaseFailure } from './databaseError.ts';
import { migrateJobs } from './graphile.ts';
import { placeLogRecords } from './logRecords.ts';
import { migrations } from './migrations/all.ts';
import type { LedgerPool } from './pool.ts';
import { refusePooler } from './pooler.ts';

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

/** Milliseconds that somebody else's upgrade is waited for, and between two looks whether it has ended. */
const longestTurn = 120_000;
const look = 100;

/** How long a migration waits for a lock while everybody else has to queue behind it; and how often it tries. */
const lockTimeout = '2s';
const mostTries = 30;

/**
 * Brings the database's schema to what this program needs: Graphile Worker's own, then ours in one transaction, all
 * under one lock. Safe when several workers start at once, beside workers of an older version, and quick when there
 * is nothing to do. A database that a newer program has been at work in is left as it is; so is one whose schema
 * belongs to another user (docs/least-rights.md), for whom it must be up to date.
 * @throws KuvaError `database-schema` when the schema is newer and no longer for this program, older and somebody
 *   else's, or the database is not UTF-8; `database-pooled`; `database-busy` when somebody holds on to our tables;
 *   `database-*`
 */
export async function migrate(pool: LedgerPool): Promise<Migrated> {
  let client: PoolClient | undefined;
  try {
    const one = await pool.connect();
    client = one;
    await checkServer(client);
    await refusePooler(client, pool);
    if (await isGuest(client)) {
      await checkCurrent(client);
      return { applied: [], notices: [] };
    }
    await takeTurn(client);
    try {
      const latest = await checkNotNewer(client);
      if (latest > newestKnown) return { applied: [], notices: [] };
      return await betweenWorkers(async () => {
        await migrateJobs(pool);
        return migrateOurs(one);
      });
    } finally {
      await client.query(`select pg_advisory_unlock(${schemaLock})`).catch(() => undefined);
    }
  } catch (error) {
    throw migrationFailure(error);
  } finally {
    client?.release();
  }
}

/** Waits for whoever changes the schema just now; a process that hangs there is not waited for until it lives again. */
async function takeTurn(client: PoolClient): Promise<void> {
  const since = performance.now();
  while (performance.now() - since < longestTurn) {
    const { rows } = await client.query(`select pg_try_advisory_lock(${schemaLock}) as got`);
    if (z.object({ got: z.boolean() }).parse(rows[0]).got) return;
    await sleep(look);
  }
  throw new KuvaError('database-busy', {
    what: 'Another kuva has been upgrading the database for two minutes',
    data: 'Nothing was changed by this one.',
    remedy:
      'Large tables take their time: try again later. If no other kuva runs, end its session in PostgreSQL.',
  });
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

/** Is the ledger there, and somebody else's? */
async function isGuest(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query(
    "select coalesce((select not pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = 'kuva'), false) as guest",
  );
  return z.object({ guest: z.boolean() }).parse(rows[0]).guest;
}

async function checkCurrent(client: PoolClient): Promise<void> {
  const { rows } = await client.query('select coalesce(max(id), 0) as latest from kuva.migrations');
  const { latest } = z.object({ latest: z.number() }).parse(rows[0]);
  if (latest >= newestKnown) {
    await refuseIncompatible(client);
    return;
  }
  throw new KuvaError('database-schema', {
    what: `The database has schema version ${latest}, this version of kuva needs ${newestKnown}, and this database user does not own the schema`,
    data: 'Nothing was changed.',
    remedy:
      'Run `kuva status` once as the user that owns the schema kuva: that upgrades it. Then give the rights of docs/least-rights.md again.',
  });
}

async function checkNotNewer(client: PoolClient): Promise<number> {
  const { rows } = await client.query(`select to_regclass('kuva.migrations') is not null as there, exists (
    select from pg_attribute where attrelid = to_regclass('kuva.migrations') and attname = 'breaking') as marked`);
  const { there, marked } = z.object({ there: z.boolean(), marked: z.boolean() }).parse(rows[0]);
  if (!there) return 0;
  // One that came before this column: those that it names are known here.
  if (!marked)
    await client.query('alter table kuva.migrations add column breaking boolean not null default true');
  return (await refuseIncompatible(client)).latest;
}

/**
 * Workers are at it meanwhile: where a lock is not to be had at once, everybody is let through, then it is tried again.
 */
async function betweenWorkers<T>(change: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await change();
    } catch (error) {
      if (!['55P03', '40P01', '40001'].includes(codeOf(error)) || tries >= mostTries) throw error;
      await sleep(100 + Math.random() * 400);
    }
  }
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
    // Indexes on a large table take longer than a pool's usual patience.
    await client.query(`set local statement_timeout = 0; set local lock_timeout = '${lockTimeout}'`);
    await client.query('create schema if not exists kuva');
    await client.query(`create table if not exists kuva.migrations (
      id int primary key, name text not null, applied_at timestamptz not null default now(), breaking boolean not null default true
    )`);
    const { latest } = await schemaVersion(client);
    const applied: string[] = [];
    for (const { id, name, sql, breaking = false } of migrations.filter(
      (migration) => migration.id > latest,
    )) {
      await client.query(sql);
      await client.query('insert into kuva.migrations (id, name, breaking) values ($1, $2, $3)', [
        id,
        name,
        breaking,
      ]);
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
      'Let it own the database (ALTER DATABASE … OWNER TO …), or: GRANT CONNECT, CREATE ON DATABASE … TO …. If another user set kuva up here before, use that one, or let it give this one the rights of docs/least-rights.md.',
    cause: error instanceof Error ? new Error(error.message) : undefined,
  });
}
