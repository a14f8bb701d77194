import type { PoolClient } from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { openPool } from '../../src/ledger/pool.ts';
import { connectionOf } from '../servers/postgres.ts';

it('takes a connection back once, also when Graphile Worker returns it twice', async () => {
  const pool = openPool(connectionOf(inject('postgres').url), 1);
  onTestFinished(() => pool.end());
  const [client, release] = await new Promise<[PoolClient | undefined, () => void]>((resolve) => {
    pool.connect((_problem, given, giveBack) => {
      resolve([given, giveBack]);
    });
  });
  expect((await client?.query('select 1 as one'))?.rows).toEqual([{ one: 1 }]);
  release();
  expect(release).not.toThrow();
  expect(pool.idleCount).toBe(1);
});
