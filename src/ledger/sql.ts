import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { codeOf, databaseFailure } from './databaseError.ts';

/**
 * A statement that is asked for each image: PostgreSQL reads and plans it once on each connection, by its name. (A text
 * that belongs to one name only.)
 */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** A pool or one connection. */
export interface Queryable {
  query(statement: string | Prepared, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * Beside what else a statement selects: its transaction is answered before it is on disk, where it is within a second. For
 * what a crash of the server may take back without harm, since it is found out and done again; never for a record, which
 * brings all that was written before it to disk as well. Saves one of the waits for the disk that an image costs.
 */
export const unhurried = "set_config('synchronous_commit', 'off', true)";

/**
 * In front of a statement for several images, which reads from it: a row that somebody has locked is not waited for. The
 * statement fails, and each is asked alone; only the one whose row it is waits then.
 */
export const hurried = "with hurried as materialized (select set_config('lock_timeout', '300ms', true))";

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
  statement: string | Prepared,
  values: unknown[] = [],
): Promise<T[]> {
  for (let repeats = 0; ; repeats++) {
    try {
      const { rows } = await database.query(statement, values);
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
  statement: string | Prepared,
  values: unknown[] = [],
): Promise<T> {
  const [first] = await query(database, row, statement, values);
  if (first === undefined)
    throw databaseFailure(new Error('the database gave no row where there must be one'));
  return first;
}

/** A row of the answer to several questions, and which of them it answers. */
export interface Placed {
  readonly at: number;
}

/** The same, for a statement that asks several questions at once: the answers in the order of the questions. */
export async function queryEach<T extends Placed>(
  database: Queryable,
  row: z.ZodType<T>,
  statement: Prepared,
  values: unknown[],
): Promise<T[]> {
  const answers = (await query(database, row, statement, values)).toSorted((one, other) => one.at - other.at);
  // What one image is told must never be told to another.
  if (answers.some(({ at }, place) => at !== place))
    throw databaseFailure(new Error('the database left out an answer, or gave one twice'));
  return answers;
}

/** The same, for a statement whose rows do not matter. */
export async function run(database: Queryable, text: string, values: unknown[] = []): Promise<void> {
  try {
    await database.query(text, values);
  } catch (error) {
    throw databaseFailure(error);
  }
}
