import type { ObservedCompute, ObservedMachine } from '../observed.ts';
import type { Stack, Worker } from '../stack.ts';
import { type Step, step } from '../step.ts';

/** The machine of each worker that goes on existing: what other steps are about. */
export type CurrentMachines = ReadonlyMap<number, ObservedMachine>;

export interface MachinePlan {
  readonly steps: readonly Step[];
  /** Machines that stay as they are. */
  readonly kept: CurrentMachines;
}

/** Statuses of a machine that only has to be started. */
const resting: ReadonlySet<string> = new Set([
  'SHUTOFF',
  'SUSPENDED',
  'PAUSED',
  'SHELVED',
  'SHELVED_OFFLOADED',
]);
/** Better first: of two machines with one mark the better one stays. */
const preference = ['ACTIVE', 'REBOOT', 'BUILD', 'SHUTOFF', 'ERROR'];

export function planMachines(stack: Stack, observed: ObservedCompute, adopt: boolean): MachinePlan {
  const kept = new Map<number, ObservedMachine>();
  const steps: Step[] = [];
  for (const worker of stack.workers) {
    const [current, ...surplus] = machinesOf(worker, observed);
    const one = planMachine(stack, worker, current, observed, adopt);
    steps.push(one);
    if (current !== undefined && (one.action === 'keep' || one.action === 'change')) {
      kept.set(worker.number, current);
      steps.push(...planMembership(stack, worker, current));
    }
    for (const { id, name } of surplus) {
      steps.push(
        step(`machine:surplus:${id}`, name, 'delete', 'a second one with the same mark', {
          kind: 'machine',
          id,
        }),
      );
    }
  }
  const wanted = new Set(stack.workers.map(({ number }) => number));
  for (const { id, name, owned, worker } of observed.machines) {
    if (!owned || (worker !== undefined && wanted.has(worker))) continue;
    const target = { kind: 'machine', id, ...(worker !== undefined && { worker }) } as const;
    steps.push(step(`machine:surplus:${id}`, name, 'delete', 'no worker is wanted on it any more', target));
  }
  return { steps, kept };
}

function machinesOf({ number }: Worker, { machines }: ObservedCompute): ObservedMachine[] {
  const rank = ({ status }: ObservedMachine): number =>
    (preference.indexOf(status) + preference.length + 1) % (preference.length + 1);
  return machines
    .filter(({ owned, worker }) => owned && worker === number)
    .toSorted((a, b) => rank(a) - rank(b) || a.created.getTime() - b.created.getTime());
}

function planMachine(
  stack: Stack,
  worker: Worker,
  current: ObservedMachine | undefined,
  observed: ObservedCompute,
  adopt: boolean,
): Step {
  const id = `machine:${worker.number}`;
  const needs = ['keypair', 'security-group'];
  const target = { kind: 'machine', worker: worker.number } as const;
  if (current === undefined) {
    const namesake = observed.machines.find(({ owned, name }) => !owned && name === worker.name);
    if (namesake === undefined)
      return step(
        id,
        worker.name,
        'create',
        `${stack.compute.flavor}, ${stack.compute.image}`,
        target,
        needs,
      );
    if (adopt)
      return step(
        id,
        worker.name,
        'replace',
        "made by hand: a machine of kuva's takes its place, and its address",
        { ...target, id: namesake.id },
        // Once the machine is gone, nothing but the mark tells whose address that was.
        [...needs, `floating-ip:${worker.number}`],
      );
    return step(
      id,
      worker.name,
      'foreign',
      'a machine of that name is there, without the mark of this pipeline',
      {
        ...target,
        id: namesake.id,
      },
    );
  }
  const there = { ...target, id: current.id };
  const reason = reasonToReplace(stack, current);
  if (reason !== undefined) return step(id, worker.name, 'replace', reason, there, needs);
  if (resting.has(current.status))
    return step(id, worker.name, 'change', `it is ${current.status}, and still billed: it is started`, there);
  if (current.status === 'BUILD')
    return step(id, worker.name, 'change', 'it is being built: waited for', there);
  return step(id, worker.name, 'keep', 'as wanted', there);
}

/** A worker's machine holds nothing that is not elsewhere too: it is made anew rather than mended. */
function reasonToReplace({ compute }: Stack, current: ObservedMachine): string | undefined {
  if (current.status === 'ERROR')
    return `it ended in ERROR${current.fault === undefined ? '' : `: ${current.fault}`}`;
  if (current.status === 'DELETED') return 'it is being deleted';
  if (current.flavor !== compute.flavor) return `its flavor is ${current.flavor}, not ${compute.flavor}`;
  if (current.image !== undefined && current.image !== compute.image)
    return `it was made from ${current.image}, not ${compute.image}`;
  if (current.volume !== compute.volume)
    return `its volume has ${current.volume ?? 0} GiB, not ${compute.volume ?? 0}`;
  if (current.keypair !== undefined && current.keypair !== compute.keypair)
    return `it lets the SSH key ${current.keypair} in, not ${compute.keypair}`;
  return undefined;
}

function planMembership({ compute }: Stack, worker: Worker, current: ObservedMachine): Step[] {
  if (current.status === 'BUILD' || current.groups.includes(compute.security_group)) return [];
  const why = `the security group ${compute.security_group} was taken off`;
  return [
    step(
      `membership:${worker.number}`,
      worker.name,
      'change',
      why,
      { kind: 'membership', worker: worker.number },
      ['security-group', `machine:${worker.number}`],
    ),
  ];
}
