import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../src/ledger/embedded/startEmbedded.ts';
import type { Closing } from '../closing.ts';
import { timesOf } from '../measure/procStat.ts';

export interface PostgresServer {
  readonly version: string;
  /** Of the postmaster. */
  readonly pid: number;
  /** A superuser's URL of that database. */
  urlOf(database: string): string;
}

/**
 * A real PostgreSQL of the bench's own, with an empty database for each of `databases`: the binaries that come with
 * kuva and its careful settings, so that every commit of every contender is on disk when it is answered.
 */
export async function startDatabases(
  folder: string,
  databases: readonly string[],
  closing: Closing,
): Promise<PostgresServer> {
  const embedded = await startEmbedded(join(folder, 'postgres'), { signal: closing.signal });
  closing.add(() => embedded.stop());
  const { host, port, user, password } = embedded.connection;
  const urlOf = (database: string): string => {
    const url = new URL(`postgres://${host}:${port}/${database}`);
    url.username = user;
    url.password = password?.reveal() ?? '';
    return url.href;
  };
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    for (const name of databases) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    const { rows } = await client.query<{ version: string; pid: number }>(
      "SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid",
    );
    const [row] = rows;
    // A backend is a child of the postmaster.
    const pid = row === undefined ? undefined : timesOf(row.pid)?.parent;
    if (row === undefined || pid === undefined)
      throw new Error('the PostgreSQL of the bench cannot be seen in /proc');
    return { version: row.version, pid, urlOf };
  } finally {
    await client.end();
  }
}
