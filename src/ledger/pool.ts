import { randomBytes } from 'node:crypto';
import { Client, Pool, type PoolClient } from 'pg';
import { LedgerClient } from './client.ts';
import type { DatabaseConnection } from './config.ts';
import { codeOf } from './databaseError.ts';
import { type Encryption, encryptions } from './tls.ts';

/** What `connect` calls when it is given a callback: node-postgres' older form. */
export type Connected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (problem?: boolean | Error) => void,
) => void;

/**
 * Connections of one worker process beside its presence: one that listens for jobs, two for everything else. With
 * the presence four in all, so that the 100 connections of a small server serve more than twenty workers.
 */
const mostConnections = 3;

/**
 * What the server is told at the start of each session: to notice within about 20 s (5 + 3 × 5, or 15 s of
 * unanswered data) that a worker is cut off, so that its locks go and others take its images over. The default of
 * most systems is two hours. To give up on a process that hangs in the middle of a migration, whose locks would
 * stop everybody else. And not to wait for ever for a table that somebody has locked, so that it is told what is in the way.
 */
const sessionSettings =
  "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set tcp_user_timeout = '15s'; set idle_in_transaction_session_timeout = '1min'; set lock_timeout = '5s'";

/** A pool that speaks TLS as libpq would, and whose idle connections may break without harm. */
export class LedgerPool extends Pool {
  readonly connection: DatabaseConnection;
  /** What its connections are called in the server's lists: so that all of one worker's can be found, and ended. */
  readonly name: string;
  readonly #open = new Set<PoolClient>();
  readonly #encryptions: readonly Encryption[];
  #chosen = 0;

  constructor(connection: DatabaseConnection, max: number, name: string) {
    const ways = encryptions(connection);
    super({
      Client: LedgerClient,
      host: connection.host,
      port: connection.port,
      database: connection.database,
      user: connection.user,
      // node-postgres reads PGPASSWORD and ~/.pgpass itself when it is given nothing; ours are looked up already.
      password: () => connection.password?.reveal() ?? '',
      ssl: ways[0] ?? false,
      application_name: name,
      max,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 60_000,
      // A statement of ours takes milliseconds; a connection that is silent for this long is dead, and its
      // caller must hear of it before the kernel gives up, a quarter of an hour later.
      query_timeout: 120_000,
      // The pool waits for it, whatever its type says.
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the typings lack what pg-pool's README has
      onConnect: async (client) => {
        await client.query(sessionSettings);
      },
    });
    this.connection = connection;
    this.name = name;
    this.#encryptions = ways;
    // Without listeners, Node ends the process when an idle or a checked-out connection breaks.
    this.on('error', () => undefined);
    this.on('connect', (client) => {
      client.on('error', () => undefined);
      this.#open.add(client);
    });
    this.on('remove', (client) => this.#open.delete(client));
  }

  /**
   * Breaks all connections, so that who waits on one hears of it now: after a network went silent, its answers never
   * come, and the kernel takes a quarter of an hour to say so. The next use opens new ones.
   */
  breakConnections(): void {
    // In the middle of a statement this closes the socket at once.
    for (const client of this.#open) if (client instanceof Client) client.end().catch(() => undefined);
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | undefined {
    if (callback === undefined) return this.#connect();
    this.#connect().then(
      (client) => {
        // Graphile Worker (0.17.3) gives its listening connection back twice when it is stopped while its LISTEN is
        // refused, as on a standby; pg-pool throws at that, where nobody catches it.
        let released = false;
        callback(undefined, client, (problem) => {
          if (released) return;
          released = true;
          client.release(problem);
        });
      },
      (thrown: unknown) => {
        callback(thrown instanceof Error ? thrown : new Error(String(thrown)), undefined, () => undefined);
      },
    );
    return undefined;
  }

  /** The way that worked last is kept; when it fails for a reason that another way may not have, that is tried. */
  async #connect(): Promise<PoolClient> {
    const chosen = this.#chosen;
    try {
      return await super.connect();
    } catch (thrown) {
      if (this.#encryptions.length < 2 || !mayDependOnEncryption(thrown)) throw thrown;
      if (this.#chosen === chosen) {
        this.#chosen = (chosen + 1) % this.#encryptions.length;
        this.options.ssl = this.#encryptions[this.#chosen];
      }
      return super.connect();
    }
  }
}

/**
 * @param max connections at most
 * @param name what they are called in the server's lists; `kuva` and a mark of this pool's own when left out
 */
export function openPool(
  connection: DatabaseConnection,
  max = mostConnections,
  name = `kuva ${randomBytes(6).toString('hex')}`,
): LedgerPool {
  return new LedgerPool(connection, max, name);
}

/**
 * TLS that is not offered or fails, and `pg_hba.conf` entries that want it or refuse it (28000). A server that is
 * not there, or says no to the password, does so either way.
 */
function mayDependOnEncryption(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (code === '28000') return true;
  if (/^[0-9A-Z]{5}$/.test(code) || /^E[A-Z_]+$/.test(code))
    return code === 'EPROTO' || code === 'ECONNRESET';
  return thrown instanceof Error && /SSL|TLS|certificate|self.signed|altname/i.test(thrown.message);
}
