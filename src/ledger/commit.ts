import { z } from 'zod';
import type { LedgerContext } from './context.ts';
import type { Attempt, NewRecord } from './contract.ts';
import { lockClasses } from './locks.ts';
import { queryOne } from './sql.ts';

const outcomeSchema = z.object({ outcome: z.enum(['committed', 'lost']) });

const commitRecords = {
  name: 'kuva_commit',
  text: 'select kuva.commit_records($1, $2, $3, $4, $5, $6) as outcome',
};

/** See {@link Ledger.commit}. One statement, and with it one transaction. */
export async function commit(
  { pool }: LedgerContext,
  attempt: Attempt,
  records: readonly NewRecord[],
  recipe: { digest: string; text: string },
): Promise<'committed' | 'lost'> {
  const { outcome } = await queryOne(pool, outcomeSchema, commitRecords, [
    attempt.imageId,
    attempt.token,
    recipe.digest,
    recipe.text,
    JSON.stringify(records),
    lockClasses.records,
  ]);
  return outcome;
}
