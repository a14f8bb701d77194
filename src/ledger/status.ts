import { z } from 'zod';
import { type ImageState, imageStates } from '../image/state.ts';
import { dateColumn, failureCodeColumn, keyColumn, optional, stateColumn, storable } from './columns.ts';
import type { LedgerContext } from './context.ts';
import { type NewOutage, resources } from './contract/outage.ts';
import type { LedgerStatus } from './contract/status.ts';
import { lockClasses } from './locks.ts';
import { query, queryOne, run } from './sql.ts';

const counterSchema = z.object({ what: z.string(), n: z.coerce.number() });

const countsStatement = {
  name: 'kuva_counts',
  text: 'select what, sum(n) as n from kuva.counters where pipeline_id = $1 group by what',
};

/** See {@link Ledger.counts}: the sum of some counters, whatever the number of images. */
export async function counts({ pool, pipelineId }: LedgerContext): Promise<Record<ImageState, number>> {
  const rows = await query(pool, counterSchema, countsStatement, [await pipelineId()]);
  return countsOf(new Map(rows.map(({ what, n }) => [what, n])));
}

function countsOf(counters: ReadonlyMap<string, number>): Record<ImageState, number> {
  const of = (state: ImageState): number => counters.get(state) ?? 0;
  return {
    queued: of('queued'),
    processing: of('processing'),
    done: of('done'),
    rejected: of('rejected'),
    failed: of('failed'),
    superseded: of('superseded'),
    skipped: of('skipped'),
  } satisfies Record<(typeof imageStates)[number], number>;
}

const statusSchema = z.object({
  status: z.object({
    counters: z.record(z.string(), z.number()),
    oldestQueuedAt: optional(dateColumn),
    lastDoneAt: optional(dateColumn),
    lastEndedAt: optional(dateColumn),
    lastPass: optional(
      z.object({
        at: dateColumn,
        worker: z.string(),
        seen: z.number(),
        queued: z.number(),
        took: z.number(),
      }),
    ),
    now: dateColumn,
    doneLastMinute: z.number(),
    doneLastHour: z.number(),
    failures: z.array(z.object({ code: failureCodeColumn, state: stateColumn, count: z.number() })),
    workers: z.array(
      z.object({
        id: z.string(),
        host: z.string(),
        pid: z.number(),
        version: z.string(),
        startedAt: dateColumn,
        alive: z.boolean(),
        discovering: z.boolean(),
        processing: z.number(),
        longest: optional(z.object({ key: keyColumn, since: dateColumn })),
      }),
    ),
    outages: z.array(
      z.object({
        worker: z.string(),
        resource: z.enum([...resources, 'unknown']),
        url: z.string(),
        code: failureCodeColumn,
        what: z.string(),
        remedy: z.string().nullable(),
        since: dateColumn,
      }),
    ),
  }),
});

/** All of it in one statement, and so of one moment. Each part is answered by an index. */
const statusSql = `select jsonb_build_object(
  'counters', (select coalesce(jsonb_object_agg(what, n), '{}') from (
    select what, sum(n) as n from kuva.counters where pipeline_id = $1 group by what) c),
  'oldestQueuedAt', (select min(queued_at) from kuva.images where pipeline_id = $1 and state = 'queued'),
  'lastDoneAt', (select max(changed_at) from kuva.images where pipeline_id = $1 and state = 'done'),
  'lastEndedAt', (select max(e.at) from unnest(array['done', 'rejected', 'failed', 'superseded', 'skipped']) as s (state)
    cross join lateral (select max(changed_at) as at from kuva.images i where i.pipeline_id = $1 and i.state = s.state) e),
  'lastPass', (select jsonb_build_object('at', ended_at, 'worker', worker, 'seen', seen, 'queued', queued, 'took', took_ms)
    from kuva.passes where pipeline_id = $1),
  'now', now(),
  'doneLastMinute', (select count(*) from kuva.images
    where pipeline_id = $1 and state = 'done' and changed_at > now() - interval '1 minute'),
  'doneLastHour', (select count(*) from kuva.images
    where pipeline_id = $1 and state = 'done' and changed_at > now() - interval '1 hour'),
  'failures', (select coalesce(jsonb_agg(f order by f.count desc, f.code), '[]') from (
    select coalesce(failure_code, 'internal') as code, state, count(*) as count from kuva.images
      where pipeline_id = $1 and state in ('rejected', 'failed') group by 1, 2) f),
  'workers', (select coalesce(jsonb_agg(w order by w."startedAt", w.id), '[]') from (
    select w.id, w.host, w.pid, w.version, w.started_at as "startedAt",
        l.backend is not null and w.beat_at > clock_timestamp() - w.lease as alive,
        exists (select from kuva.held_locks($3) d where d.no = $1 and d.backend = l.backend) as discovering,
        (select count(*) from kuva.images i where i.worker = w.id and i.state = 'processing') as processing,
        (select jsonb_build_object('key', i.key, 'since', i.started_at) from kuva.images i
          where i.worker = w.id and i.state = 'processing' order by i.started_at limit 1) as longest
      from kuva.workers w left join kuva.held_locks($2) l on l.no = w.no
      where w.pipeline_id = $1) w),
  'outages', (select coalesce(jsonb_agg(o order by o.since, o.worker, o.resource), '[]') from (
    select worker, resource, url, code, what, remedy, since from kuva.outages where pipeline_id = $1) o)
) as status`;

/** See {@link Ledger.status}. */
export async function status({ pool, pipelineId }: LedgerContext): Promise<LedgerStatus> {
  const { status: one } = await queryOne(pool, statusSchema, statusSql, [
    await pipelineId(),
    lockClasses.worker,
    lockClasses.lead,
  ]);
  const { counters: sums, ...seen } = one;
  const counters = new Map(Object.entries(sums));
  return {
    ...seen,
    counts: countsOf(counters),
    records: counters.get('records') ?? 0,
    outages: seen.outages.map(({ worker, resource, url, code, what, remedy, since }) => ({
      worker,
      resource,
      url,
      failure: { code, what, ...(remedy !== null && { remedy }) },
      since,
    })),
  };
}

/** See {@link Ledger.reportOutages}. */
export async function reportOutages(
  { pool, pipelineId }: LedgerContext,
  worker: string,
  outages: readonly NewOutage[],
): Promise<void> {
  const told = outages.map(({ resource, url, failure, age }) => ({
    resource,
    url: storable(url),
    code: failure.code,
    what: storable(failure.what),
    remedy: failure.remedy === undefined ? null : storable(failure.remedy),
    age,
  }));
  await run(pool, 'select kuva.report_outages($1, $2, $3::jsonb)', [
    await pipelineId(),
    worker,
    JSON.stringify(told),
  ]);
}
