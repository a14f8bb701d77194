import { z } from 'zod';
import type { LedgerContext } from './context.ts';
import type { ArchivedInput, Attempt, RecipeNote } from './contract/attempt.ts';
import type { NewRecord } from './contract/record.ts';
import { type Gather, gather } from './gather.ts';
import { lockClasses } from './locks.ts';
import { hurried, queryEach, queryOne } from './sql.ts';

const outcomeColumn = z.enum(['committed', 'lost']);
const outcomeSchema = z.object({ outcome: outcomeColumn });
const placedOutcomeSchema = z.object({ at: z.number(), outcome: outcomeColumn });

const commitRecords = {
  name: 'kuva_commit',
  text: 'select kuva.commit_image($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as outcome',
};

/** The same for several images, in one transaction, one after the other. */
const commitSeveralRecords = {
  name: 'kuva_commit_several',
  text: `${hurried}
    select q.at, kuva.commit_image(
      q.image, q.token, q.digest, q.text, q.records, $1, q.rule, q."archiveBucket", q."archiveKey", q."archiveEtag"
    ) as outcome
    from hurried, jsonb_to_recordset($2) as q (
      at int, image bigint, token bigint, digest text, text text, records jsonb, rule text,
      "archiveBucket" text, "archiveKey" text, "archiveEtag" text
    )`,
};

export interface Committing {
  readonly attempt: Attempt;
  readonly records: readonly NewRecord[];
  readonly recipe: RecipeNote;
  readonly archived: ArchivedInput | undefined;
}

/** See {@link Ledger.commit}. The records of images that are ready at about the same time are written together. */
export function commitGathered(context: LedgerContext): Gather<Committing, 'committed' | 'lost'> {
  return gather({
    alone: (committing) => commit(context, committing),
    together: (several) => commitSeveral(context, several),
  });
}

/** One statement, and with it one transaction. */
async function commit(
  { pool }: LedgerContext,
  { attempt, records, recipe, archived }: Committing,
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

async function commitSeveral(
  { pool }: LedgerContext,
  several: readonly Committing[],
): Promise<('committed' | 'lost')[]> {
  const questions = several.map(({ attempt, records, recipe, archived }, at) => ({
    at,
    image: attempt.imageId.toString(),
    token: attempt.token.toString(),
    ...recipe,
    records,
    archiveBucket: archived?.bucket,
    archiveKey: archived?.key,
    archiveEtag: archived?.etag,
  }));
  const answers = await queryEach(pool, placedOutcomeSchema, commitSeveralRecords, [
    lockClasses.records,
    JSON.stringify(questions),
  ]);
  return answers.map(({ outcome }) => outcome);
}
