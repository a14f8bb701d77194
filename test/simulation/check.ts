import fc from 'fast-check';
import { anyPlan } from './arbitraryPlan.ts';
import { type Code, type Outcome, runHistory } from './history.ts';
import type { Plan } from './plan.ts';
import { simplest } from './simplest.ts';

export interface CheckOptions {
  readonly histories: number;
  /** Left out: fast-check's own, which the tests set. */
  readonly seed?: number;
  /** Milliseconds after which no more histories are begun. */
  readonly limit?: number;
  readonly code?: Code;
}

export interface Checked {
  /** Histories that were run. */
  readonly run: number;
  /** Steps of all of them. */
  readonly steps: number;
  /** How many images ended how. */
  readonly ends: Readonly<Record<string, number>>;
  /** Losses in the documented window of servers that cannot remove exactly. */
  readonly windows: number;
  /** The simplest history that breaks the promise; undefined: none does. */
  readonly broken: { readonly plan: Plan; readonly seed: number; readonly outcome: Outcome } | undefined;
}

/** Runs random histories, and shrinks the first one that breaks the promise to the simplest that still does. */
export async function checkHistories({ histories, seed, limit, code }: CheckOptions): Promise<Checked> {
  let run = 0;
  let steps = 0;
  let windows = 0;
  const ends: Record<string, number> = {};
  const details = await fc.check(
    fc.asyncProperty(anyPlan, async (plan) => {
      const outcome = await runHistory(plan, code);
      run++;
      steps += outcome.steps;
      windows += outcome.windows;
      for (const [state, count] of Object.entries(outcome.ends)) ends[state] = (ends[state] ?? 0) + count;
      return outcome.broken.length === 0;
    }),
    {
      numRuns: histories,
      endOnFailure: true,
      ...(seed !== undefined && { seed }),
      ...(limit !== undefined && { interruptAfterTimeLimit: limit, markInterruptAsFailure: false }),
    },
  );
  const found = details.counterexample?.[0];
  if (found === undefined) return { run, steps, ends, windows, broken: undefined };
  const plan = await simplest(found, code);
  const broken = { plan, seed: details.seed, outcome: await runHistory(plan, code) };
  return { run, steps, ends, windows, broken };
}

/** What a person needs to see what went wrong, and to see it again. */
export function tell({ broken }: Checked): string {
  if (broken === undefined) return 'The promise was kept.';
  const { plan, seed, outcome } = broken;
  return [
    ...outcome.broken,
    '',
    outcome.story,
    '',
    `The plan: ${JSON.stringify(plan)}`,
    `Again: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}
