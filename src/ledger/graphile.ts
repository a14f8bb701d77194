/** What is ours to know about Graphile Worker 0.17: its schema, its log, how it is kept calm. */
import process from 'node:process';
import { Logger, runMigrations } from 'graphile-worker';
import { KuvaError } from '../image/failure.ts';
import type { LedgerPool } from './pool.ts';

export type Log = (message: string) => void;

/** Graphile Worker tells much; only its errors are passed on. What they are about, the queue notices by itself. */
export function graphileLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level.toString() === 'error') log(message);
  });
}

/**
 * Makes or upgrades Graphile Worker's own tables, in its schema `graphile_worker`.
 * @throws KuvaError `database-schema` when they are newer than this program
 */
export async function migrateJobs(pool: LedgerPool): Promise<void> {
  const exitCode = process.exitCode;
  try {
    await runMigrations({ pgPool: pool, logger: graphileLogger(() => undefined), preset: {} });
  } catch (error) {
    if (!(error instanceof Error && /supports up to revision/.test(error.message))) throw error;
    // It also decides with which code the process ends; that is not its business.
    process.exitCode = exitCode;
    throw new KuvaError('database-schema', {
      what: 'The job tables in the database (schema graphile_worker) are newer than this version of kuva',
      data: 'Nothing was changed.',
      remedy: 'A newer kuva has been at work here: upgrade this worker.',
    });
  }
}
