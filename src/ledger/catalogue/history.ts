import { z } from 'zod';
import { dateColumn } from '../columns.ts';
import type { LedgerContext } from '../context.ts';
import { queryOne } from '../sql.ts';
import { type History, historySpans, type HistorySpan } from './contract.ts';

const historySchema = z.object({
  first_at: dateColumn,
  done: z.array(z.coerce.number()),
  aside: z.array(z.coerce.number()),
  bytes: z.array(z.coerce.number()),
});

/** See {@link Catalogue.history}. Minutes that are over are counted once and kept (`kuva.history`, by whoever asks). */
export async function history({ pool, pipelineId }: LedgerContext, span: HistorySpan): Promise<History> {
  const { step, steps } = historySpans[span];
  const row = await queryOne(
    pool,
    historySchema,
    'select first_at, done_in as done, aside_in as aside, bytes_in as bytes from kuva.history($1, $2, $3)',
    [await pipelineId(), step, steps],
  );
  return { step, from: row.first_at, done: row.done, setAside: row.aside, bytes: row.bytes };
}
