import { afterAll, inject } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { freshDatabase, type TestDatabase } from '../servers/postgres.ts';
import { ledgerContract } from './contract/contract.ts';

/** One database for all of them: making one takes longer than most of these tests. */
let shared: Promise<{ database: TestDatabase; pool: LedgerPool }> | undefined;

async function open(): Promise<{ database: TestDatabase; pool: LedgerPool }> {
  const database = await freshDatabase(inject('postgres'));
  return { database, pool: openPool(database.connection) };
}

afterAll(async () => {
  const opened = await shared;
  await opened?.pool.end();
  await opened?.database.drop();
});

ledgerContract('PostgreSQL', async () => {
  const { pool } = await (shared ??= open());
  return {
    ledger: openLedger(pool, 'cats'),
    other: openLedger(pool, 'dogs'),
    close: async () => {
      await pool.query(`
        delete from kuva.output_keys; delete from kuva.records; delete from kuva.images; delete from kuva.counters;
        delete from kuva.outages; delete from kuva.pipelines; delete from graphile_worker._private_jobs`);
    },
  };
});
