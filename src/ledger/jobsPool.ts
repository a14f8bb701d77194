import { Client, type PoolClient } from 'pg';
import { z } from 'zod';
import { completeJobUnhurried, getJobOfOneTask } from './getJob.ts';
import type { Connected, LedgerPool } from './pool.ts';

/** Graphile Worker's prepared statements that note what became of a job. */
const notingSchema = z.looseObject({ name: z.string().regex(/^(complete|fail)_job/), text: z.string() });

/** The one that takes a job. */
const takingSchema = z.looseObject({ name: z.string().startsWith('get_job'), text: z.string() });

/**
 * The pool as Graphile Worker gets it. A finished job that cannot be noted as such is no reason to fail: it stays
 * locked until this runner's locks are dropped, runs again, and is found to be over. So that error goes to
 * `onTrouble` instead. `onNoted` is told when it is noted: Graphile Worker's own `job:complete` comes before that. The statement that takes a job is put in a form that stays quick beside any backlog.
 */
export function jobsPool(
  pool: LedgerPool,
  onTrouble: (error: unknown) => void,
  onNoted: () => void,
): LedgerPool {
  return new Proxy(pool, {
    get(target, name) {
      if (name !== 'connect') return member(target, name);
      return (callback?: Connected) => {
        if (callback === undefined) return connectNoting(target, onTrouble, onNoted);
        // The connection that listens for jobs: it looks after itself.
        target.connect(callback);
        return undefined;
      };
    },
  });
}

async function connectNoting(
  pool: LedgerPool,
  onTrouble: (error: unknown) => void,
  onNoted: () => void,
): Promise<PoolClient> {
  const client = await pool.connect().catch((error: unknown) => new NoClient(error));
  return new Proxy(client, {
    get(target, name) {
      if (name !== 'query') return member(target, name);
      return async (statement: string, values?: unknown[]): Promise<unknown> => {
        try {
          if (target instanceof NoClient) throw target.reason;
          const taking = takingSchema.safeParse(statement).data;
          if (taking !== undefined)
            return await target.query({ ...taking, text: getJobOfOneTask(taking.text) });
          const noting = notingSchema.safeParse(statement).data;
          if (noting === undefined) return await target.query(statement, values);
          const answer = await target.query({ ...noting, text: completeJobUnhurried(noting.text) });
          onNoted();
          return answer;
        } catch (error) {
          if (!notingSchema.safeParse(statement).success) throw error;
          onTrouble(error);
          return { rows: [] };
        }
      };
    },
  });
}

/** Stands in for a connection that could not be made: what was to be asked on it decides what that means. */
class NoClient extends Client {
  readonly reason: Error;

  constructor(reason: unknown) {
    super();
    this.reason = reason instanceof Error ? reason : new Error(String(reason));
  }

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
