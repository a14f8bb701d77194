import { Client } from 'pg';
import { codeOf } from '../databaseError.ts';
import type { Secret } from '../../image/secret.ts';
import { embeddedUser } from './cluster.ts';
import { loopback } from './port.ts';

/** The advisory lock that all users of a server share ("kuva", "host"). */
const usersLock = '1802860129, 1752134516';

export const embeddedDatabase = 'kuva';

/**
 * One process's claim on a shared embedded server: a connection with a shared advisory lock. The kernel closes it
 * when the process dies, however it dies; so that no claim is ever left behind.
 */
export interface Holder {
  /** Settles when the connection is gone. */
  readonly lost: Promise<void>;
  /**
   * Gives the claim up. `stop` is called when it was the last one, while newcomers have to wait; they find the
   * server gone then, and start it again.
   */
  release(stop: () => Promise<void>): Promise<void>;
}

/** Is the failure one that passes: starting, stopping, not listening yet? */
export function notYet(error: unknown): boolean {
  const code = codeOf(error);
  return (
    ['57P01', '57P03', '53300', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code) ||
    (error instanceof Error && /terminated|Connection ended/i.test(error.message))
  );
}

/**
 * Connects and claims. Makes the database for the ledger if it is not there yet.
 * @param cluster the server must be the one that runs on this folder
 * @throws what node-postgres throws; `undefined` is returned when the port belongs to another server
 */
export async function claim(port: number, password: Secret, cluster: string): Promise<Holder | undefined> {
  const client = new Client({
    host: loopback,
    port,
    user: embeddedUser,
    database: 'postgres',
    password: () => password.reveal(),
    ssl: false,
    application_name: 'kuva-holder',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  const lost = new Promise<void>((resolve) => {
    client.once('end', resolve);
    client.on('error', () => {
      resolve();
    });
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string; ready: boolean }>(
      "select current_setting('data_directory') as folder, exists (select from pg_database where datname = $1) as ready",
      [embeddedDatabase],
    );
    if (rows[0]?.folder !== cluster) {
      await client.end();
      return undefined;
    }
    await client.query(`select pg_advisory_lock_shared(${usersLock})`);
    if (!rows[0].ready) await createDatabase(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    lost,
    async release(stop) {
      try {
        await client.query(`select pg_advisory_unlock_shared(${usersLock})`);
        const { rows } = await client.query<{ last: boolean }>(
          `select pg_try_advisory_lock(${usersLock}) as last`,
        );
        if (rows[0]?.last === true) await stop();
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}

async function createDatabase(client: Client): Promise<void> {
  try {
    await client.query(`create database ${embeddedDatabase}`);
  } catch (error) {
    // Another process made it at the same moment.
    if (!['42P04', '23505'].includes(codeOf(error))) throw error;
  }
}
