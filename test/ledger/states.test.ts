import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ImageState, imageStates, nextStates } from '../../src/image/state.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { type LedgerPool, openPool } from '../../src/ledger/pool.ts';
import { freshDatabase, type TestDatabase } from '../servers/postgres.ts';
import { begun, beginOptions, finish, inputBucket, put, rowsOf, seen } from './sample.ts';

describe('The states of images in the database', () => {
  let database: TestDatabase;
  let pool: LedgerPool;
  beforeAll(async () => {
    database = await freshDatabase(inject('postgres'));
    pool = openPool(database.connection);
    await put(openLedger(pool, 'cats'), 'a.jpg');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const allowed = (from: ImageState): readonly ImageState[] => nextStates[from];
  const pairs = imageStates.flatMap((from) =>
    imageStates.filter((to) => to !== from).map((to) => ({ from, to, may: allowed(from).includes(to) })),
  );

  it.each(pairs)('may go from $from to $to: $may', async ({ from, to, may }) => {
    // The trigger is off while the row is brought into the first state.
    await pool.query(
      `alter table kuva.images disable trigger check_state; update kuva.images set state = '${from}'; alter table kuva.images enable trigger check_state`,
    );
    const change = pool.query(`update kuva.images set state = '${to}'`);
    if (may) await expect(change).resolves.toMatchObject({ rowCount: 1 });
    else await expect(change).rejects.toMatchObject({ code: 'KV001' });
  });

  it('are counted exactly, whatever happens on however many connections', async () => {
    const ledger = openLedger(pool, 'many');
    await ledger.enqueue(
      inputBucket,
      Array.from({ length: 60 }, (_, n) => seen(`${n}`)),
      await ledger.now(),
    );
    const ids = (
      await rowsOf(pool, 'select id::text from kuva.images where pipeline_id > 1 order by id')
    ).map(({ id }) => BigInt(String(id)));
    const failure = { code: 'image-damaged', what: 'x' } as const;
    await Promise.all(
      ids.map(async (id, n) => {
        if (n % 5 === 0) return finish(ledger, id, `${n}`);
        const attempt = begun(await ledger.begin(id, beginOptions(`${n}`, { maxAttempts: 1 })));
        if (n % 5 === 1) await ledger.settle(attempt, { state: 'rejected', failure });
        if (n % 5 === 2) await ledger.settle(attempt, { state: 'attempt-failed', failure, delayMs: 0 });
        if (n % 5 === 3) await ledger.settle(attempt, { state: 'postponed', delayMs: 0 });
        return attempt;
      }),
    );
    await ledger.retry({ states: ['rejected'] });
    const expected = {
      queued: 24,
      processing: 12,
      done: 12,
      rejected: 0,
      failed: 12,
      superseded: 0,
      skipped: 0,
    };
    expect(await ledger.counts()).toEqual(expected);
    const really = await rowsOf(
      pool,
      'select state, count(*)::int as n from kuva.images where pipeline_id > 1 group by state',
    );
    for (const { state, n } of really) expect(expected).toHaveProperty(String(state), n);
  });
});
