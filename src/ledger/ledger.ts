import { z } from 'zod';
import { beginGathered, grant } from './begin.ts';
import { dateColumn } from './columns.ts';
import { commitGathered } from './commit.ts';
import type { LedgerContext } from './context.ts';
import type { Ledger } from './contract/ledger.ts';
import { enqueue } from './enqueue.ts';
import { finished, reprocess } from './finished.ts';
import { holds } from './holds.ts';
import { images } from './images.ts';
import { knownOutputs } from './knownOutputs.ts';
import { pipelineNumber } from './pipelineId.ts';
import type { LedgerPool } from './pool.ts';
import { records } from './records.ts';
import { retry } from './retry.ts';
import { settleGathered } from './settle.ts';
import { statesOf } from './statesOf.ts';
import { queryOne } from './sql.ts';
import { counts, reportOutages, status } from './status.ts';

/** The ledger of one pipeline in a database that `migrate` has prepared. Closing the pool is the caller's. */
export function openLedger(pool: LedgerPool, pipeline: string): Ledger {
  const context: LedgerContext = { pool, pipeline, pipelineId: pipelineNumber(pool, pipeline) };
  const begin = beginGathered(context);
  const commit = commitGathered(context);
  const settle = settleGathered(context);
  return {
    now: async () =>
      (await queryOne(pool, z.object({ now: dateColumn }), 'select clock_timestamp() as now')).now,
    enqueue: (bucket, objects, listedAt) => enqueue(context, bucket, objects, listedAt),
    begin: (imageId, options) => begin({ imageId, options }),
    commit: (attempt, newRecords, recipe, archived) =>
      commit({ attempt, records: newRecords, recipe, archived }),
    grant: (attempt, wish) => grant(context, attempt, wish),
    settle,
    holds: (attempt) => holds(context, attempt),
    retry: (filter) => retry(context, filter),
    finished: (filter) => finished(context, filter),
    reprocess: (ids) => reprocess(context, ids),
    statesOf: (bucket, objects) => statesOf(context, bucket, objects),
    status: () => status(context),
    counts: () => counts(context),
    images: (filter) => images(context, filter),
    records: (filter) => records(context, filter),
    knownOutputs: (bucket, keys) => knownOutputs(context, bucket, keys),
    reportOutages: (worker, outages) => reportOutages(context, worker, outages),
  };
}
