import { z } from 'zod';
import type { LedgerContext } from './context.ts';
import { query } from './sql.ts';

/**
 * Takes all rows of one image that has come to an end out of the ledger, in one statement. For kuva's own test images alone: what was done to
 * anybody else's image stays proven. Counts of the past by the minute keep it.
 * @throws KuvaError `database-*`; `database-denied` for a worker that may add records, but not remove one
 */
export async function forgetImage({ pool, pipelineId }: LedgerContext, imageId: bigint): Promise<void> {
  await query(
    pool,
    z.unknown(),
    `with ended as (select id from kuva.images where id = $1 and pipeline_id = $2
        and state in ('done', 'rejected', 'failed', 'superseded')),
      keys as (delete from kuva.output_keys where image_id in (select id from ended)),
      pictures as (delete from kuva.previews where image_id in (select id from ended)),
      proofs as (delete from kuva.records where image_id in (select id from ended) returning 1),
      image as (delete from kuva.images where id in (select id from ended) returning state),
      gone as (select state as what, count(*) as n from image group by 1
        union all select 'records', count(*) from proofs having count(*) > 0)
    insert into kuva.counters as c (pipeline_id, what, slot, n) select $2, what, 0, -n from gone order by what
      on conflict (pipeline_id, what, slot) do update set n = c.n + excluded.n`,
    [imageId, await pipelineId()],
  );
}
