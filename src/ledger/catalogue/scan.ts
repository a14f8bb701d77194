import type { PoolClient } from 'pg';
import { z } from 'zod';
import { bigintColumn } from '../columns.ts';
import type { LedgerContext } from '../context.ts';
import { codeOf, databaseFailure } from '../databaseError.ts';
import { conditionOf } from '../factsCondition.ts';
import { namePattern } from '../namePattern.ts';
import type { LedgerPool } from '../pool.ts';
import { Statement } from '../statement.ts';
import type { SearchFilter } from './contract.ts';

/** Found so far; with more of them, looking at one after the other in order finds a page of them quickly. */
const mostFound = 5_000;
/** Milliseconds. A million images take 0.4 to 1 s, with what lies beside them in memory or on disk. */
const longest = 4_000;
/** Searches that may wait while another one reads the whole ledger. */
const mostWaiting = 4;

/** Reads the whole ledger once. @returns undefined where that takes too long, or finds too many */
export type Scan = (filter: SearchFilter) => Promise<bigint[] | undefined>;

/**
 * For what is rare, and of which no index tells where it is: one pass over everything costs less than looking at each
 * image in order, which goes from table to table. No trigram index does it, as that would cost each image that is
 * processed, and rights that an owner of a database may not give. One at a time: the connections are for all who look.
 */
export function openScan({ pool, pipelineId }: LedgerContext): Scan {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (filter) => {
    const statement = new Statement();
    const sources = sourcesOf(filter, statement, await pipelineId());
    if (sources.length === 0 || waiting >= mostWaiting) return undefined;
    waiting += 1;
    const scanned = last
      .then(() => patiently(pool, union(sources), statement.values))
      .finally(() => {
        waiting -= 1;
      });
    last = scanned.catch(() => undefined);
    const ids = await scanned;
    return ids === undefined || ids.length > mostFound ? undefined : ids;
  };
}

/** What has no index, each as a statement that gives the ids of images. Facts lie in records, and so does the name there. */
function sourcesOf({ facts, name }: SearchFilter, statement: Statement, pipelineId: number): string[] {
  const pipeline = statement.value(pipelineId);
  const like = name === undefined ? undefined : statement.value(namePattern(name).like);
  if (facts !== undefined) {
    const named = like === undefined ? 'true' : `(r.input_key like ${like} or r.output_key like ${like})`;
    return [
      `select r.image_id from kuva.records r
        where r.pipeline_id = ${pipeline} and ${named} and ${conditionOf(facts, statement)}`,
    ];
  }
  if (like === undefined) return [];
  return [
    `select id from kuva.images where pipeline_id = ${pipeline} and key like ${like}`,
    // By way of the index of names, which is a fifth of the table and mostly enough to know them.
    `select r.image_id from (
      select output_key from kuva.records where pipeline_id = ${pipeline} and output_key like ${like} limit ${mostFound + 1}
    ) o join kuva.records r on r.pipeline_id = ${pipeline} and r.output_key = o.output_key`,
  ];
}

function union(sources: readonly string[]): string {
  const limited = sources.map((source) => `(${source} limit ${mostFound + 1})`).join(' union all ');
  return `select distinct f.id from (${limited}) f (id)`;
}

/** PostgreSQL's SQLSTATE of a statement that took too long. */
const queryCanceled = '57014';
const idSchema = z.object({ id: bigintColumn });

/** Within the time that somebody waits, and no longer: what the database did until then is given up. */
async function patiently(
  pool: LedgerPool,
  text: string,
  values: readonly unknown[],
): Promise<bigint[] | undefined> {
  let client: PoolClient | undefined;
  let broken = false;
  try {
    client = await pool.connect();
    await client.query(`begin read only; set local statement_timeout = ${longest}`);
    const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
    return rows.map((row) => idSchema.parse(row).id);
  } catch (thrown) {
    if (codeOf(thrown) === queryCanceled) return undefined;
    broken = true;
    throw databaseFailure(thrown);
  } finally {
    await client?.query('rollback').catch(() => {
      broken = true;
    });
    client?.release(broken);
  }
}
