import { KuvaError, toKuvaError } from '../image/failure.ts';
import type { Plan } from './plan.ts';
import { changes, type Step } from './step.ts';

export type StepEvent = { readonly step: Step } & (
  | { readonly state: 'started' }
  /** E.g. "BUILD": what it waits for. */
  | { readonly state: 'waiting'; readonly text: string }
  | { readonly state: 'done'; readonly milliseconds: number }
  | { readonly state: 'failed'; readonly failure: KuvaError; readonly milliseconds: number }
);

export interface Applying {
  /** Does one step. Must be harmless when the step, or a part of it, is done already. */
  readonly carryOut: (step: Step, about: StepContext) => Promise<void>;
  readonly tell: (event: StepEvent) => void;
  /** Milliseconds, for durations. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
}

export interface StepContext {
  readonly say: (text: string) => void;
  /** Aborted from outside, and when another step has failed: what only waits, waits no more. */
  readonly signal: AbortSignal;
}

/**
 * Carries out what a plan says: each step as soon as those that it needs are done, side by side. After a failure nothing
 * new is begun, and the first failure is thrown.
 * @throws KuvaError of the step that failed; `interrupted`
 */
export async function applyPlan({ steps }: Plan, { carryOut, tell, clock, signal }: Applying): Promise<void> {
  const waiting = new Set(steps.filter(changes));
  const underWay = new Map<Step, Promise<void>>();
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  let failure: KuvaError | undefined;

  const run = async (one: Step): Promise<void> => {
    const began = clock();
    tell({ step: one, state: 'started' });
    const say = (text: string): void => {
      tell({ step: one, state: 'waiting', text });
    };
    try {
      await carryOut(one, { say, signal: either });
      tell({ step: one, state: 'done', milliseconds: clock() - began });
    } catch (thrown) {
      const told = toKuvaError(thrown);
      // Those that were stopped, from outside or because of the first failure, have not failed by themselves.
      if (told.code === 'interrupted' && either.aborted) return;
      tell({ step: one, state: 'failed', failure: told, milliseconds: clock() - began });
      failure ??= told;
      ending.abort();
    }
  };

  while (waiting.size > 0 || underWay.size > 0) {
    if (!either.aborted) {
      const open = new Set([...waiting, ...underWay.keys()].map(({ id }) => id));
      for (const one of waiting) {
        if (one.needs.some((id) => open.has(id))) continue;
        waiting.delete(one);
        underWay.set(
          one,
          run(one).finally(() => underWay.delete(one)),
        );
      }
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay.values());
  }
  if (failure !== undefined) throw failure;
  if (signal.aborted) throw stopped();
  const [stuck] = waiting;
  if (stuck !== undefined) throw new Error(`the step ${stuck.id} waits for itself`);
}

function stopped(): KuvaError {
  return new KuvaError('interrupted', {
    what: 'Stopped before everything was done',
    data: 'What was made is there, and is billed.',
    remedy: 'The same command goes on from what is there; `kuva cloud down` removes it.',
  });
}
