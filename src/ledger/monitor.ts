import { z } from 'zod';
import { dateColumn, failureCodeColumn, keyColumn, bigintColumn, stateColumn, storable } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { Monitor, NewlySetAside } from './contract/monitor.ts';
import { lockClasses } from './locks.ts';
import { pipelineNumber } from './pipelineId.ts';
import type { LedgerPool } from './pool.ts';
import { query, queryOne, run } from './sql.ts';

const markSchema = z.object({ upTo: z.string().optional(), total: z.number().optional() });
const alertSchema = z.object({
  name: z.string(),
  since: dateColumn,
  told_at: dateColumn,
  mark: markSchema,
});

/** See {@link Monitor}. */
export function openMonitor(pool: LedgerPool, pipeline: string): Monitor {
  const context: LedgerContext = { pool, pipeline, pipelineId: pipelineNumber(pool, pipeline) };
  const id = context.pipelineId;
  return {
    reportPass: async (worker, { seen, queued, took }) =>
      run(
        pool,
        `insert into kuva.passes (pipeline_id, worker, seen, queued, took_ms) values ($1, $2, $3, $4, $5)
          on conflict (pipeline_id) do update set worker = excluded.worker, ended_at = excluded.ended_at,
            seen = excluded.seen, queued = excluded.queued, took_ms = excluded.took_ms`,
        [await id(), worker, seen, queued, took],
      ),
    takeTurn: async (worker, milliseconds) => {
      const mine = await query(
        pool,
        z.object({ worker: z.string() }),
        `insert into kuva.alert_turns as t (pipeline_id, worker, until)
          values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
          on conflict (pipeline_id) do update set worker = excluded.worker, until = excluded.until
            where t.worker = excluded.worker or t.until < clock_timestamp() or not exists (
              select from kuva.workers w join kuva.held_locks($4) l on l.no = w.no where w.id = t.worker)
          returning worker`,
        [await id(), worker, milliseconds, lockClasses.worker],
      );
      return mine.length > 0;
    },
    leaveTurn: async (worker) =>
      run(pool, 'delete from kuva.alert_turns where pipeline_id = $1 and worker = $2', [await id(), worker]),
    openAlerts: async () => {
      const rows = await query(
        pool,
        alertSchema,
        'select name, since, told_at, mark from kuva.alerts where pipeline_id = $1 order by since, name',
        [await id()],
      );
      return rows.map(({ name, since, told_at, mark }) => ({
        name,
        since,
        toldAt: told_at,
        mark: {
          ...(mark.upTo !== undefined && { upTo: mark.upTo }),
          ...(mark.total !== undefined && { total: mark.total }),
        },
      }));
    },
    keepAlert: async ({ name, since, mark }) =>
      run(
        pool,
        `insert into kuva.alerts (pipeline_id, name, since, told_at, mark) values ($1, $2, $3, clock_timestamp(), $4)
          on conflict (pipeline_id, name) do update set told_at = excluded.told_at, mark = excluded.mark`,
        [await id(), storable(name), since.toISOString(), JSON.stringify(mark)],
      ),
    dropAlert: async (name) =>
      run(pool, 'delete from kuva.alerts where pipeline_id = $1 and name = $2', [await id(), storable(name)]),
    setAsideSince: (upTo) => setAsideSince(context, upTo),
  };
}

const setAsideSchema = z.object({
  found: z.object({
    total: z.number(),
    upTo: z.string().nullable(),
    counts: z.array(z.object({ code: failureCodeColumn, state: stateColumn, count: z.number() })),
    examples: z.array(
      z.object({ id: bigintColumn, key: keyColumn, code: failureCodeColumn, what: z.string() }),
    ),
  }),
});

/** More are not counted one by one: that there are so many is enough to know. */
const mostCounted = 10_000;
const mostExamples = 5;

/** By the index of state and time: what is older than `upTo` is not read. */
async function setAsideSince(
  { pool, pipelineId }: LedgerContext,
  upTo: string | undefined,
): Promise<NewlySetAside> {
  const { found } = await queryOne(
    pool,
    setAsideSchema,
    `with newly as materialized (
      select i.* from unnest(array['rejected', 'failed']) as s (state) cross join lateral (
        select id, key, state, coalesce(failure_code, 'internal') as code, coalesce(failure_what, '') as what, changed_at
          from kuva.images i
          where i.pipeline_id = $1 and i.state = s.state and i.changed_at > coalesce($2::timestamptz, '-infinity')
          order by changed_at desc limit ${mostCounted}
      ) i
    ) select jsonb_build_object(
      'total', (select coalesce(sum(n), 0) from kuva.counters where pipeline_id = $1 and what in ('rejected', 'failed')),
      'upTo', (select max(changed_at)::text from newly),
      'counts', (select coalesce(jsonb_agg(c order by c.count desc, c.code), '[]') from (
        select code, state, count(*) as count from newly group by 1, 2) c),
      'examples', (select coalesce(jsonb_agg(e), '[]') from (
        select id::text, key, code, what from newly order by changed_at desc limit ${mostExamples}) e)
    ) as found`,
    [await pipelineId(), upTo],
  );
  const { upTo: newest, ...rest } = found;
  return { ...rest, ...(newest !== null && { upTo: newest }) };
}
