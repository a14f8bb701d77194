/** How much of the database a statement touches: pages of 8 kB, which do not depend on how fast the machine is. */
import { z } from 'zod';
import type { Database } from '../../../bench/backlog/fill.ts';

const plan = z.object({
  'Shared Hit Blocks': z.number(),
  'Shared Read Blocks': z.number(),
  'Actual Rows': z.number(),
});
const answer = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: plan })).length(1) })).length(1);

/** Really runs it, functions and all. */
export async function pagesOf(
  database: Database,
  statement: string,
  values: unknown[] = [],
): Promise<number> {
  const { rows } = await database.query(`explain (analyze, buffers, format json) ${statement}`, values);
  const [first] = answer.parse(rows);
  const found = first?.['QUERY PLAN'][0]?.Plan;
  if (found === undefined) throw new Error('no plan');
  return found['Shared Hit Blocks'] + found['Shared Read Blocks'];
}
