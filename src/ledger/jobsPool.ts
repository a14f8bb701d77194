import { Client, type PoolClient } from 'pg';
import { z } from 'zod';
import { gather } from './gather.ts';
import { completeJobUnhurried, getJobOfOneTask, isKnown } from './getJob.ts';
import type { Connected, LedgerPool } from './pool.ts';

/** Graphile Worker's prepared statements that note what became of a job. */
const notingSchema = z.looseObject({ name: z.string().regex(/^(complete|fail)_job/), text: z.string() });

/** The one that takes a job. */
const takingSchema = z.looseObject({
  name: z.string().startsWith('get_job'),
  text: z.string().refine(isKnown),
});
type Taking = z.infer<typeof takingSchema>;

interface Rows {
  readonly rows: readonly unknown[];
}

/**
 * The pool as Graphile Worker gets it. A finished job that cannot be noted as such is no reason to fail: it stays
 * locked until this runner's locks are dropped, runs again, and is found to be over. So that error goes to
 * `onTrouble` instead. `onNoted` is told when it is noted: Graphile Worker's own `job:complete` comes before that. The statement that takes a job is put in a form that stays quick beside any backlog, and those who ask
 * for one at about the same time get theirs from one statement.
 */
export function jobsPool(
  pool: LedgerPool,
  onTrouble: (error: unknown) => void,
  onNoted: () => void,
): LedgerPool {
  const client = statementByStatement(pool, onTrouble, onNoted);
  return new Proxy(pool, {
    get(target, name) {
      if (name !== 'connect') return member(target, name);
      return (callback?: Connected) => {
        if (callback === undefined) return Promise.resolve(client);
        // The connection that listens for jobs: it looks after itself.
        target.connect(callback);
        return undefined;
      };
    },
  });
}

/**
 * What Graphile Worker takes for a connection. It asks one statement on each, so each goes to the pool by itself, and those
 * who wait for a job do not keep one from others.
 */
function statementByStatement(
  pool: LedgerPool,
  onTrouble: (error: unknown) => void,
  onNoted: () => void,
): PoolClient {
  const take = gather<Taking, Rows>({
    alone: (taking) => pool.query({ ...taking, text: getJobOfOneTask(taking.text) }),
    together: (several) => takeSeveral(pool, several),
  });
  const query = async (statement: string, values?: unknown[]): Promise<unknown> => {
    const taking = takingSchema.safeParse(statement).data;
    if (taking !== undefined) return take(taking);
    const noting = notingSchema.safeParse(statement).data;
    if (noting === undefined) return pool.query(statement, values);
    try {
      const answer = await pool.query({ ...noting, text: completeJobUnhurried(noting.text) });
      onNoted();
      return answer;
    } catch (error) {
      onTrouble(error);
      return { rows: [] };
    }
  };
  return new Proxy(new NoConnection(), {
    get: (target, name) => (name === 'query' ? query : member(target, name)),
  });
}

/** All of them ask for the same: jobs of one task, for one runner. */
async function takeSeveral(pool: LedgerPool, several: readonly Taking[]): Promise<Rows[]> {
  const [first] = several;
  if (first === undefined) return [];
  const most = several.length;
  const { rows } = await pool.query<object>({
    ...first,
    name: `${first.name} ${most}`,
    text: getJobOfOneTask(first.text, most),
  });
  return several.map((_, at) => ({ rows: rows.slice(at, at + 1) }));
}

/** Has the form of a connection, and is none. */
class NoConnection extends Client {
  release(): void {
    // There is nothing to give back.
  }
}

/** A property of the real thing; a method goes on working on it. */
function member(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  if (typeof value !== 'function') return value;
  const method: unknown = value.bind(target);
  return method;
}
