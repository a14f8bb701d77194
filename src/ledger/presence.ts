import type { PoolClient } from 'pg';
import { codeOf, databaseFailure } from './databaseError.ts';
import { type LedgerPool, openPool } from './pool.ts';
import type { Prepared, Queryable } from './sql.ts';
import { growingPause, pause } from './waiting.ts';

/** One connection, as long as it lasts: the locks that it holds say that this process lives. */
export interface Session extends Queryable {
  /** Aborted when the connection is broken; its locks are gone then, or soon will be. */
  readonly lost: AbortSignal;
}

/**
 * The connection by which this process is known to be alive. Both the queue and the discovery use it; it is opened
 * when the first one needs it and closed when the last one has left.
 */
export interface Presence {
  /**
   * The connection, opened if need be; waits for the database for as long as it takes. Undefined: stopped before.
   * @param onTrouble told why it has to wait
   */
  session(stop: AbortSignal, onTrouble?: (error: unknown) => void): Promise<Session | undefined>;
  enter(): void;
  leave(): Promise<void>;
}

/** Milliseconds. Short, since others take this process's images over when it stays away. */
const longestPause = 2_000;
/** Milliseconds for one statement; after that the connection counts as broken. A lease is never shorter. */
const patience = 10_000;

/** Heartbeats need not be on disk: who takes over after a crash of the server looks at those after it. */
const presenceSettings = 'set synchronous_commit = off';

export function openPresence(main: LedgerPool): Presence {
  let pool: LedgerPool | undefined;
  let users = 0;
  let current: OpenSession | undefined;
  let opening: Promise<OpenSession> | undefined;

  const open = async (): Promise<OpenSession> => {
    pool ??= openPool(main.connection, 1, main.name);
    const session = openSession(await pool.connect(), () => {
      // What this one does not get, the others do not get either.
      main.breakConnections();
    });
    await session.query(presenceSettings);
    current = session;
    return session;
  };

  return {
    async session(stop, onTrouble) {
      for (let tries = 0; !stop.aborted; tries++) {
        if (current?.lost.aborted === false) return current;
        try {
          opening ??= open().finally(() => {
            opening = undefined;
          });
          return await opening;
        } catch (error) {
          onTrouble?.(error);
          await pause(growingPause(tries, longestPause), stop);
        }
      }
      return undefined;
    },
    enter() {
      users++;
    },
    async leave() {
      if (--users > 0) return;
      await opening?.catch(() => undefined);
      current?.close();
      current = undefined;
      const closing = pool;
      pool = undefined;
      await closing?.end();
    },
  };
}

/** read_only_sql_transaction. Source: PostgreSQL documentation, appendix A. */
const readOnly = '25006';

interface OpenSession extends Session {
  close(): void;
}

function openSession(client: PoolClient, onSilence: () => void): OpenSession {
  const lost = new AbortController();
  let closed = false;
  const close = (problem?: Error): void => {
    if (closed) return;
    closed = true;
    lost.abort(problem);
    // Always for good: its locks must go with it.
    client.release(problem ?? true);
  };
  client.on('error', close);
  client.on('end', () => {
    close(new Error('the connection ended'));
  });

  // One statement at a time: a heartbeat must not overtake the statement that it follows.
  let queue: Promise<unknown> = Promise.resolve();
  const query = (statement: string | Prepared, values?: unknown[]): Promise<{ rows: unknown[] }> => {
    const result = queue.then(() =>
      within(client.query(statement, values), (problem) => {
        close(problem);
        onSilence();
      }),
    );
    queue = result.catch((problem: unknown) => {
      // A session takes no writes for as long as it lasts when it began while its role took none: a new one may.
      if (codeOf(problem) === readOnly) close(databaseFailure(problem));
    });
    return result;
  };
  return { lost: lost.signal, query, close };
}

async function within<T>(answer: Promise<T>, onSilence: (problem: Error) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const problem = databaseFailure(
        new Error('timeout: no answer on the connection that shows that this worker lives'),
      );
      onSilence(problem);
      reject(problem);
    }, patience);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
