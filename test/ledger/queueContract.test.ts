import { Client } from 'pg';
import { inject } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { lockClasses } from '../../src/ledger/locks.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { freshDatabase } from '../servers/postgres.ts';
import { queueContract } from './contract/queue.ts';

queueContract('PostgreSQL', async () => {
  const database = await freshDatabase(inject('postgres'));
  const pool = openPool(database.connection);
  const ledger = openLedger(pool, 'cats');
  return {
    ledger,
    other: openLedger(pool, 'dogs'),
    open: () => openQueue(pool, 'cats'),
    dies: async (worker) => {
      // Its pipeline must be known.
      await ledger.counts();
      const client = new Client({ connectionString: database.url });
      await client.connect();
      const values = [worker, 'host', 1, '1', [`pool-of-${worker}`], 60_000, lockClasses.worker];
      await client.query(
        `select kuva.register_worker($1, (select id from kuva.pipelines where name = 'cats'), $2, $3, $4, $5, $6, $7)`,
        values,
      );
      await client.end();
    },
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
});
