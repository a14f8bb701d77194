import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { codeOf, databaseFailure } from './databaseError.ts';

/** A pool or one connection. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Two transactions that wait for each other, or that PostgreSQL could not put in an order: one is done again. */
const repeatable = new Set(['40001', '40P01']);
const mostRepeats = 10;

/**
 * Runs one statement and parses its rows.
 * @throws KuvaError `database-*`
 */
export async function query<T>(
  database: Queryable,
  row: z.ZodType<T>,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  for (let repeats = 0; ; repeats++) {
    try {
      const { rows } = await database.query(text, values);
      return rows.map((one) => row.parse(one));
    } catch (error) {
      if (!repeatable.has(codeOf(error)) || repeats >= mostRepeats) throw databaseFailure(error);
      await sleep(Math.random() * 20 * 2 ** Math.min(repeats, 5));
    }
  }
}

/** The same, for a statement that gives exactly one row. */
export async function queryOne<T>(
  database: Queryable,
  row: z.ZodType<T>,
  text: string,
  values: unknown[] = [],
): Promise<T> {
  const [first] = await query(database, row, text, values);
  if (first === undefined)
    throw databaseFailure(new Error('the database gave no row where there must be one'));
  return first;
}

/** The same, for a statement whose rows do not matter. */
export async function run(database: Queryable, text: string, values: unknown[] = []): Promise<void> {
  try {
    await database.query(text, values);
  } catch (error) {
    throw databaseFailure(error);
  }
}
