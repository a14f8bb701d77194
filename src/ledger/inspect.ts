import { z } from 'zod';
import { databaseFailure } from './databaseError.ts';
import type { LedgerPool } from './pool.ts';

const factsSchema = z.object({
  version: z.string(),
  database: z.string(),
  role: z.string(),
  encoding: z.string(),
  read_only: z.boolean(),
  /** TLS version of this very connection; null: none. */
  tls: z.string().nullable(),
  has_schema: z.boolean(),
  may_create_schema: z.boolean(),
  may_create_in_public: z.boolean(),
  max_connections: z.coerce.number(),
  used_connections: z.coerce.number(),
  clock_ahead_ms: z.coerce.number(),
});

/** What a look at the database tells, without changing anything. */
export interface DatabaseFacts {
  readonly version: string;
  readonly database: string;
  readonly role: string;
  readonly encoding: string;
  /** A standby, or a server that is set to take no writes. */
  readonly readOnly: boolean;
  /** E.g. `TLSv1.3`; undefined: this connection is not encrypted. */
  readonly tls: string | undefined;
  /** The ledger was here before. */
  readonly hasLedger: boolean;
  readonly mayCreateSchema: boolean;
  /** Can the `log_records` view lie in schema public, where every user of the database finds it? */
  readonly mayCreateInPublic: boolean;
  readonly maxConnections: number;
  readonly usedConnections: number;
  /** Milliseconds by which its clock is ahead of this machine's, less the way there and back. */
  readonly clockAhead: number;
}

/**
 * Looks at a database for `kuva doctor`.
 * @throws KuvaError `database-*`
 */
export async function inspectDatabase(pool: LedgerPool): Promise<DatabaseFacts> {
  try {
    const { rows } = await pool.query(inspectSql, [Date.now()]);
    const facts = factsSchema.parse(rows[0]);
    return {
      version: facts.version,
      database: facts.database,
      role: facts.role,
      encoding: facts.encoding,
      readOnly: facts.read_only,
      tls: facts.tls ?? undefined,
      hasLedger: facts.has_schema,
      mayCreateSchema: facts.may_create_schema,
      mayCreateInPublic: facts.may_create_in_public,
      maxConnections: facts.max_connections,
      usedConnections: facts.used_connections,
      clockAhead: facts.clock_ahead_ms,
    };
  } catch (error) {
    throw databaseFailure(error);
  }
}

// pg_stat_ssl and pg_stat_activity show a plain user its own row, and of others at least that they exist.
const inspectSql = `
select
  current_setting('server_version') as version,
  current_database() as database,
  current_user as role,
  current_setting('server_encoding') as encoding,
  pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only,
  (select version from pg_stat_ssl where pid = pg_backend_pid() and ssl) as tls,
  to_regnamespace('kuva') is not null as has_schema,
  has_database_privilege(current_database(), 'CREATE') as may_create_schema,
  coalesce(has_schema_privilege(to_regnamespace('public'), 'CREATE'), false) as may_create_in_public,
  current_setting('max_connections')::int as max_connections,
  (select count(*) from pg_stat_activity where backend_type = 'client backend') as used_connections,
  round(extract(epoch from clock_timestamp()) * 1000 - $1::numeric) as clock_ahead_ms`;
