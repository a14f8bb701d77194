import type { PoolClient } from 'pg';
import { z } from 'zod';
import { KuvaError } from '../image/failure.ts';
import type { LedgerPool } from './pool.ts';

const backendSchema = z.object({ backend: z.number() });
const whoAmI = 'select pg_backend_pid() as backend';

/**
 * Refuses a pooler such as PgBouncer in transaction mode, which gives each transaction whatever session is free: the
 * locks that show that a worker lives would belong to nobody. Found by what it does: two connections that are open at the same
 * time never have the same session, unless somebody shares them out; nor does one connection change its session while
 * another one is in the middle of a transaction.
 * @throws KuvaError `database-pooled`
 */
export async function refusePooler(one: PoolClient, pool: LedgerPool): Promise<void> {
  const before = await backendOf(one);
  const two = await pool.connect();
  try {
    await two.query('begin');
    const other = await backendOf(two);
    // With a single session behind the pooler the first connection would wait for the second one for ever.
    if (other === before || (await backendOf(one)) !== before) throw pooled();
    await two.query('rollback');
    two.release();
  } catch (error) {
    two.release(true);
    throw error;
  }
}

async function backendOf(client: PoolClient): Promise<number> {
  return backendSchema.parse((await client.query(whoAmI)).rows[0]).backend;
}

function pooled(): KuvaError {
  return new KuvaError('database-pooled', {
    what: 'Between this machine and PostgreSQL there is a pooler that gives each transaction another session, as PgBouncer does with pool_mode = transaction',
    data: 'Nothing was changed. The locks that show which worker lives would not hold there.',
    remedy: 'Connect to PostgreSQL itself, or to a pool with pool_mode = session.',
  });
}
