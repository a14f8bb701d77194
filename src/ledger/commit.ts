import { z } from 'zod';
import type { LedgerContext } from './context.ts';
import type { ArchivedInput, Attempt, RecipeNote } from './contract/attempt.ts';
import type { NewRecord } from './contract/record.ts';
import { lockClasses } from './locks.ts';
import { queryOne } from './sql.ts';

const outcomeSchema = z.object({ outcome: z.enum(['committed', 'lost']) });

const commitRecords = {
  name: 'kuva_commit',
  text: 'select kuva.commit_image($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as outcome',
};

/** See {@link Ledger.commit}. One statement, and with it one transaction. */
export async function commit(
  { pool }: LedgerContext,
  attempt: Attempt,
  records: readonly NewRecord[],
  recipe: RecipeNote,
  archived?: ArchivedInput,
): Promise<'committed' | 'lost'> {
  const { outcome } = await queryOne(pool, outcomeSchema, commitRecords, [
    attempt.imageId,
    attempt.token,
    recipe.digest,
    recipe.text,
    JSON.stringify(records),
    lockClasses.records,
    recipe.rule,
    archived?.bucket,
    archived?.key,
    archived?.etag,
  ]);
  return outcome;
}
