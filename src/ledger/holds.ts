import { z } from 'zod';
import type { LedgerContext } from './context.ts';
import type { Attempt } from './contract/attempt.ts';
import { queryOne } from './sql.ts';

const answerSchema = z.object({ holds: z.boolean() });

const holdsStatement = { name: 'kuva_holds', text: 'select kuva.holds($1, $2) as holds' };

/** See {@link Ledger.holds}. */
export async function holds({ pool }: LedgerContext, { imageId, token }: Attempt): Promise<boolean> {
  const answer = await queryOne(pool, answerSchema, holdsStatement, [imageId, token]);
  return answer.holds;
}
