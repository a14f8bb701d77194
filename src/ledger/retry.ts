import { z } from 'zod';
import { bigintColumn } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { Ledger } from './contract/ledger.ts';
import { namePattern } from './namePattern.ts';
import { query, queryOne } from './sql.ts';
import { Statement } from './statement.ts';

/** Images in one transaction. */
const batchSize = 1_000;

/** See {@link Ledger.retry}. In batches; images that fail again meanwhile are not taken twice. */
export async function retry(
  { pool, pipelineId }: LedgerContext,
  filter: Parameters<Ledger['retry']>[0],
): Promise<number> {
  const pipeline = await pipelineId();
  const { now } = await queryOne(
    pool,
    z.object({ now: z.string() }),
    'select clock_timestamp()::text as now',
  );
  let total = 0;
  for (;;) {
    const ids = await select(pipeline, now);
    if (ids.length === 0) return total;
    const { queued } = await queryOne(
      pool,
      z.object({ queued: z.number() }),
      'select kuva.retry($1) as queued',
      [ids],
    );
    total += queued;
  }

  async function select(id: number, before: string): Promise<bigint[]> {
    const statement = new Statement();
    statement.where(id, (value) => `i.pipeline_id = ${value}`);
    statement.where(before, (value) => `i.changed_at <= ${value}::timestamptz`);
    const states = filter.states ?? ['rejected', 'failed'];
    // Named too, since the index of what was set aside is for these two states.
    const setAside = states.includes('skipped') ? '' : "i.state in ('rejected', 'failed') and ";
    statement.where(states, (value) => `${setAside}i.state = any(${value})`);
    statement.where(filter.ids, (value) => `i.id = any(${value}::bigint[])`);
    const like = filter.name === undefined ? undefined : namePattern(filter.name).like;
    statement.where(
      like,
      (value) => `(i.key like ${value}
        or exists (select from kuva.records r where r.image_id = i.id and r.output_key like ${value}))`,
    );
    const rows = await query(
      pool,
      z.object({ id: bigintColumn }),
      `select i.id from kuva.images i where ${statement.conditions} order by i.id limit ${batchSize}`,
      statement.values,
    );
    return rows.map((row) => row.id);
  }
}
