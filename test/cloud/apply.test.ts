import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { applyPlan, type StepContext, type StepEvent } from '../../src/cloud/apply.ts';
import { planUp } from '../../src/cloud/plan.ts';
import type { Step } from '../../src/cloud/step.ts';
import { changes } from '../../src/cloud/step.ts';
import { KuvaError } from '../../src/image/failure.ts';
import { aStack, everything, nothing } from './given.ts';

const never = new AbortController().signal;

function apply(
  carryOut: (step: Step, context: StepContext) => Promise<void>,
  signal = never,
  observed = nothing,
): { readonly done: Promise<void>; readonly events: StepEvent[] } {
  const events: StepEvent[] = [];
  const plan = planUp(aStack({}, 2), observed);
  const tell = (event: StepEvent): void => {
    events.push(event);
  };
  return { done: applyPlan(plan, { carryOut, tell, clock: () => 0, signal }), events };
}

describe('carrying out a plan', () => {
  it('does every step once, after those that it needs, and others beside them', async () => {
    const ended: string[] = [];
    let together = 0;
    let most = 0;
    const { done, events } = apply(async (step) => {
      for (const need of step.needs) expect(ended).toContain(need);
      together += 1;
      most = Math.max(most, together);
      await sleep(1);
      together -= 1;
      ended.push(step.id);
    });
    await done;
    const all = planUp(aStack({}, 2), nothing).steps.filter(changes);
    expect(ended.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    expect(most).toBeGreaterThan(3);
    expect(events.filter(({ state }) => state === 'done')).toHaveLength(all.length);
  });

  it('does nothing where there is nothing to do', async () => {
    const plan = planUp(aStack(), everything);
    await applyPlan(plan, {
      carryOut: () => Promise.reject(new Error('asked')),
      tell: () => undefined,
      clock: () => 0,
      signal: never,
    });
  });

  it('begins nothing new after a failure, ends what only waits, and throws the first one', async () => {
    const begun: string[] = [];
    const { done, events } = apply(async (step, { signal }) => {
      begun.push(step.id);
      if (step.id === 'security-group') throw new KuvaError('cloud-quota', { what: 'too many groups' });
      if (step.id.startsWith('floating-ip')) {
        await sleep(60_000, undefined, { signal }).catch(() => {
          throw new KuvaError('interrupted', { what: 'waited no more' });
        });
      }
    });
    await expect(done).rejects.toThrow('too many groups');
    expect(begun).not.toContain('machine:1');
    expect(begun).not.toContain('database');
    expect(events.filter(({ state }) => state === 'failed').map(({ step }) => step.id)).toEqual([
      'security-group',
    ]);
  });

  it('ends as interrupted when it is stopped, and says how to go on; what was under way has not failed', async () => {
    const stop = new AbortController();
    const { done, events } = apply(async (step, { signal }) => {
      if (step.id === 'keypair') stop.abort();
      else if (step.id === 'security-group')
        await sleep(60_000, undefined, { signal }).catch(() => {
          throw new KuvaError('interrupted', { what: 'waited no more' });
        });
    }, stop.signal);
    const failure = await done.catch((thrown: unknown) => thrown);
    expect(events.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(failure).toMatchObject({ code: 'interrupted' });
    expect(failure instanceof KuvaError && failure.remedy).toContain('goes on');
  });
});
