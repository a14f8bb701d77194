import type { Observed } from './observed.ts';
import { planAddresses } from './planning/addresses.ts';
import { planDatabase } from './planning/database.ts';
import { planFirewall } from './planning/firewall.ts';
import { type CurrentMachines, planMachines } from './planning/machines.ts';
import { planStorage } from './planning/storage.ts';
import type { Stack } from './stack.ts';
import { changes, type Step, step } from './step.ts';

export interface Plan {
  /** In an order in which each one comes after what it needs. */
  readonly steps: readonly Step[];
  /** Worth telling, in nobody's way. */
  readonly notes: readonly string[];
}

export interface PlanOptions {
  /** Take over what was made by hand under the wanted names. */
  readonly adopt?: boolean;
}

/** What has to be done so that what is there becomes what is wanted. Pure: asks nobody, changes nothing. */
export function planUp(stack: Stack, observed: Observed, { adopt = false }: PlanOptions = {}): Plan {
  const machines = planMachines(stack, observed.compute, adopt);
  const addresses = planAddresses(stack, observed.compute, machines.kept, adopt);
  const database = planDatabase(stack, observed.database, addresses);
  const before = [
    ...planStorage(stack, observed.s3),
    ...planFirewall(stack, observed.compute, adopt),
    ...machines.steps,
    ...addresses.steps,
    ...database.steps,
  ];
  return {
    steps: [...before, ...planWorkers(stack, observed, machines.kept, before)],
    notes: [...addresses.notes, ...database.notes],
  };
}

/** What stands in the way of the plan. */
export function blockersOf({ steps }: Plan): readonly Step[] {
  return steps.filter(({ action }) => action === 'foreign');
}

export function nothingToDo({ steps }: Plan): boolean {
  return !steps.some(changes);
}

/** The worker on each machine comes last: it needs the database, the buckets and a way in. */
function planWorkers(
  stack: Stack,
  { secretsMark }: Observed,
  kept: CurrentMachines,
  before: readonly Step[],
): Step[] {
  return stack.workers.map(({ number, name }) => {
    const machine = kept.get(number);
    const ready = machine?.ready;
    const target = { kind: 'worker', worker: number } as const;
    const needs = before
      .filter(({ id, target: { kind } }) => {
        if (kind === 'machine' || kind === 'association' || kind === 'membership')
          return id.endsWith(`:${number}`);
        return kind !== 'floating-ip' || id === `floating-ip:${number}`;
      })
      .filter(({ id, action }) => action !== 'foreign' && !id.includes(':surplus:'))
      .map(({ id }) => id);
    const id = `worker:${number}`;
    if (ready === stack.revision && machine?.secretsMark !== secretsMark)
      return step(
        id,
        name,
        'change',
        'a password or key that it works with is another one by now',
        target,
        needs,
      );
    if (ready === stack.revision)
      return step(id, name, 'keep', 'installed, and its first image went through', target, needs);
    if (ready !== undefined)
      return step(id, name, 'change', 'another version or recipe is installed there', target, needs);
    return step(id, name, 'create', 'installed over SSH, and a first image sent through', target, needs);
  });
}
