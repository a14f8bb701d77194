import { z } from 'zod';
import type { LedgerPool } from './pool.ts';
import { query } from './sql.ts';

const idSchema = z.object({ id: z.number().int() });

/** The number of a pipeline, given out when its name is first used; looked up once. */
export function pipelineNumber(pool: LedgerPool, name: string): () => Promise<number> {
  let known: number | undefined;
  const look = async (): Promise<number> => {
    const found = await query(pool, idSchema, 'select id from kuva.pipelines where name = $1', [name]);
    if (found[0] !== undefined) return found[0].id;
    // Looked up before, so that a restart does not use up a number.
    await query(pool, idSchema, 'insert into kuva.pipelines (name) values ($1) on conflict do nothing', [
      name,
    ]);
    return look();
  };
  return async () => (known ??= await look());
}
