import { z } from 'zod';
import { bigintColumn } from '../columns.ts';
import type { LedgerContext } from '../context.ts';
import { query, queryOne } from '../sql.ts';
import type { Ended, EndedFollower } from './contract.ts';
import { summaries } from './summary.ts';

/**
 * How far each look reaches back behind the last one: a change becomes visible when its transaction ends, a moment
 * after the time that it bears. One that takes longer than this is missed here, and found by everybody who searches.
 */
const overlap = '3 seconds';
/** Changes that one look reads at most: 80,000 a minute. */
const mostRead = 4_000;

const timeSchema = z.object({ now: z.string() });
const changeSchema = z.object({ id: bigintColumn, at: z.string() });

/** See {@link EndedFollower}. By the index of states and times: what is older is not read. */
export async function followEnded(context: LedgerContext, most: number): Promise<EndedFollower> {
  const { pool } = context;
  const pipeline = await context.pipelineId();
  const clock = 'select clock_timestamp()::text as now';
  const begin = await queryOne(pool, timeSchema, clock);
  let since = begin.now;
  let known = await look(since);
  return {
    next: async (): Promise<Ended> => {
      const { now } = await queryOne(pool, timeSchema, clock);
      const seen = await look(since);
      const fresh = [...seen].filter(([id, at]) => known.get(id) !== at).map(([id]) => id);
      since = now;
      known = seen;
      return { images: await summaries(pool, fresh.slice(0, most)), total: fresh.length };
    },
  };

  /** Newest first. */
  async function look(from: string): Promise<Map<bigint, string>> {
    const rows = await query(
      pool,
      changeSchema,
      `select e.id, e.changed_at::text as at
        from unnest(array['done', 'rejected', 'failed', 'superseded']) as s (state) cross join lateral (
          select id, changed_at from kuva.images i
            where i.pipeline_id = $1 and i.state = s.state and i.changed_at > $2::timestamptz - interval '${overlap}'
            order by changed_at desc, id desc limit ${mostRead}
        ) e
        order by e.changed_at desc, e.id desc limit ${mostRead}`,
      [pipeline, from],
    );
    return new Map(rows.map(({ id, at }) => [id, at]));
  }
}
