import { z } from 'zod';
import { storable } from './columns.ts';
import type { LedgerContext } from './context.ts';
import type { Attempt, FailureNote, Settlement } from './contract/attempt.ts';
import { type Gather, gather } from './gather.ts';
import { hurried, queryEach, queryOne, unhurried } from './sql.ts';

const outcomeColumn = z.enum(['settled', 'lost']);
const outcomeSchema = z.object({ outcome: outcomeColumn });
const placedOutcomeSchema = z.object({ at: z.number(), outcome: outcomeColumn });

const call = 'select kuva.settle($1, $2, $3, $4, $5, $6, $7, $8) as outcome';

/**
 * The records are on disk and the input is gone: whoever finds such an image in work after a crash of the server sees so,
 * and notes once more that it is done.
 */
const settleDone = { name: 'kuva_settle_done', text: `${call}, ${unhurried}` };
const settleOtherwise = { name: 'kuva_settle', text: call };

/** The same for several images that are done, in one transaction, one after the other. */
const settleSeveralDone = {
  name: 'kuva_settle_several',
  text: `${hurried}
    select q.at, kuva.settle(q.image, q.token, q.outcome, null, null, null, null, 0) as outcome, ${unhurried}
    from hurried, jsonb_to_recordset($1) as q (at int, image bigint, token bigint, outcome text)`,
};

interface Settling {
  readonly attempt: Attempt;
  readonly settlement: Settlement;
}

/**
 * See {@link Ledger.settle}. What is queued again gets its new job in the same transaction. Images that are done at about the
 * same time are noted together.
 */
export function settleGathered(
  context: LedgerContext,
): (attempt: Attempt, settlement: Settlement) => Promise<'settled' | 'lost'> {
  const done: Gather<Settling, 'settled' | 'lost'> = gather({
    alone: (settling) => settle(context, settling),
    together: (several) => settleSeveral(context, several),
  });
  return (attempt, settlement) =>
    settlement.state === 'done' ? done({ attempt, settlement }) : settle(context, { attempt, settlement });
}

async function settle(
  { pool }: LedgerContext,
  { attempt, settlement }: Settling,
): Promise<'settled' | 'lost'> {
  const failure: FailureNote | undefined = 'failure' in settlement ? settlement.failure : undefined;
  const { outcome } = await queryOne(
    pool,
    outcomeSchema,
    settlement.state === 'done' ? settleDone : settleOtherwise,
    [
      attempt.imageId,
      attempt.token,
      outcomeOf(settlement),
      failure?.code,
      failure && storable(failure.what),
      failure?.remedy && storable(failure.remedy),
      settlement.state === 'rejected' ? settlement.movedTo : undefined,
      'delayMs' in settlement ? settlement.delayMs : 0,
    ],
  );
  return outcome;
}

async function settleSeveral(
  { pool }: LedgerContext,
  several: readonly Settling[],
): Promise<('settled' | 'lost')[]> {
  const questions = several.map(({ attempt, settlement }, at) => ({
    at,
    image: attempt.imageId.toString(),
    token: attempt.token.toString(),
    outcome: outcomeOf(settlement),
  }));
  const answers = await queryEach(pool, placedOutcomeSchema, settleSeveralDone, [JSON.stringify(questions)]);
  return answers.map(({ outcome }) => outcome);
}

function outcomeOf(settlement: Settlement): string {
  return settlement.state === 'done' && settlement.kept === true ? 'kept' : settlement.state;
}
