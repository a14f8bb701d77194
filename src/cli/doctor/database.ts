import type { KuvaConfig } from '../../config/config.ts';
import { toKuvaError } from '../../image/failure.ts';
import { showDuration } from '../../image/quantity.ts';
import { type DatabaseFacts, inspectDatabase } from '../../ledger/inspect.ts';
import { wireDatabase, wireLedger } from '../wire.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

/** Connections that a worker holds at most. */
const perWorker = 4;

/** Milliseconds; the ledger goes by the database's clock alone, but people compare times. */
const skewWorthTelling = 5_000;

/** The database: reachable, allowed, encrypted, with room; and its schema, where the ledger was here before. */
export async function checkDatabase(config: KuvaConfig, signal: AbortSignal): Promise<Finding[]> {
  try {
    const database = await wireDatabase(config.database, signal, () => undefined);
    try {
      const facts = await inspectDatabase(database.pool);
      const found = judge(facts, config.database.kind === 'embedded');
      if (!facts.hasLedger || found.some(({ state }) => state === 'failed')) return found;
      const { notices } = await wireLedger(database.pool, config);
      const schema = ok('ledger', 'its schema is up to date');
      return [...found, schema, ...notices.map((notice) => warning('ledger', notice, 'See docs/ledger.md.'))];
    } finally {
      await database.close();
    }
  } catch (thrown) {
    return [failed('database', toKuvaError(thrown))];
  }
}

function judge(facts: DatabaseFacts, embedded: boolean): Finding[] {
  const { version, database, role, tls, readOnly, maxConnections, usedConnections, clockAhead } = facts;
  const found: Finding[] = [ok('database', `PostgreSQL ${version}, database ${database}, as ${role}`)];
  if (readOnly) {
    found.push({
      check: 'database: write',
      state: 'failed',
      says: 'it takes no writes: it is a standby, or set to read-only',
      remedy: 'Connect to the primary server.',
    });
  }
  if (!embedded) found.push(tlsFinding(tls));
  if (!facts.hasLedger) found.push(schemaFinding(facts));
  const free = maxConnections - usedConnections;
  found.push(
    free >= perWorker
      ? ok(
          'database: connections',
          `${usedConnections} of ${maxConnections} in use; a worker takes ${perWorker} at most`,
        )
      : warning(
          'database: connections',
          `only ${free} of ${maxConnections} are free, and a worker takes up to ${perWorker}`,
          'Stop other programs, or raise max_connections.',
        ),
  );
  if (Math.abs(clockAhead) > skewWorthTelling) {
    const way = clockAhead > 0 ? 'ahead of' : 'behind';
    found.push(
      warning(
        'clock',
        `the database's clock is ${showDuration(Math.abs(clockAhead))} ${way} this machine's`,
        'Let both set their clocks by NTP.',
      ),
    );
  }
  return found;
}

function tlsFinding(tls: string | undefined): Finding {
  return tls === undefined
    ? warning(
        'database: encryption',
        'this connection is not encrypted',
        'Set `sslmode: require` (or better) unless the database is on this machine.',
      )
    : ok('database: encryption', tls);
}

function schemaFinding({ mayCreateSchema, mayCreateInPublic, database, role }: DatabaseFacts): Finding {
  if (!mayCreateSchema) {
    return {
      check: 'database: rights',
      state: 'failed',
      says: `${role} may not create a schema in ${database}, and the ledger is not there yet`,
      remedy: `As its owner: GRANT CREATE ON DATABASE "${database}" TO "${role}". (At Pukki, \`openstack database root enable INSTANCE\` gives such a user.)`,
    };
  }
  const where = mayCreateInPublic
    ? 'in schema public'
    : 'in schema kuva, as this user may not create in public';
  return ok('database: rights', `the ledger is made at the first start; log_records ${where}`);
}
