import { z } from 'zod';
import { storable } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { Attempt, FailureNote, Settlement } from './contract/attempt.ts';
import { queryOne, unhurried } from './sql.ts';

const outcomeSchema = z.object({ outcome: z.enum(['settled', 'lost']) });

const call = 'select kuva.settle($1, $2, $3, $4, $5, $6, $7, $8) as outcome';

/**
 * The records are on disk and the input is gone: whoever finds such an image in work after a crash of the server sees so,
 * and notes once more that it is done.
 */
const settleDone = { name: 'kuva_settle_done', text: `${call}, ${unhurried}` };
const settleOtherwise = { name: 'kuva_settle', text: call };

/** See {@link Ledger.settle}. What is queued again gets its new job in the same transaction. */
export async function settle(
  { pool }: LedgerContext,
  attempt: Attempt,
  settlement: Settlement,
): Promise<'settled' | 'lost'> {
  const failure: FailureNote | undefined = 'failure' in settlement ? settlement.failure : undefined;
  const { outcome } = await queryOne(
    pool,
    outcomeSchema,
    settlement.state === 'done' ? settleDone : settleOtherwise,
    [
      attempt.imageId,
      attempt.token,
      settlement.state === 'done' && settlement.kept === true ? 'kept' : settlement.state,
      failure?.code,
      failure && storable(failure.what),
      failure?.remedy && storable(failure.remedy),
      settlement.state === 'rejected' ? settlement.movedTo : undefined,
      'delayMs' in settlement ? settlement.delayMs : 0,
    ],
  );
  return outcome;
}
