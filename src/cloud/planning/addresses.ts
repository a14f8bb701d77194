import type { ObservedCompute, ObservedFloatingIp } from '../observed.ts';
import type { Stack, Worker } from '../stack.ts';
import { type Step, step } from '../step.ts';
import type { CurrentMachines } from './machines.ts';

export interface AddressPlan {
  readonly steps: readonly Step[];
  /** Addresses that are known by now, by which the machines come to the database. */
  readonly known: readonly string[];
  /** Steps that give the others. */
  readonly pending: readonly string[];
  /** Addresses of ours that are given back. */
  readonly withdrawn: readonly string[];
  readonly notes: readonly string[];
}

/** A floating IP for each worker, and its way to the machine; without floating IPs the router's address. */
export function planAddresses(
  stack: Stack,
  observed: ObservedCompute,
  kept: CurrentMachines,
  adopt: boolean,
): AddressPlan {
  const used = new Set<string>();
  const steps: Step[] = [];
  const known: string[] = [];
  const pending: string[] = [];
  const notes: string[] = [];
  if (stack.compute.floating_ip) {
    for (const worker of stack.workers) {
      const machine = kept.get(worker.number)?.id;
      const current = pick(worker, observed, machine) ?? (adopt ? byHand(worker, observed) : undefined);
      if (current !== undefined) used.add(current.id);
      const address = planAddress(worker, current);
      steps.push(address, planAssociation(worker, current, machine));
      if (current === undefined) pending.push(address.id);
      else known.push(current.address);
    }
  } else if (observed.routerAddress !== undefined) known.push(observed.routerAddress);

  const withdrawn: string[] = [];
  for (const { id, address, owned, inUse, machine } of observed.floatingIps) {
    if (!owned || used.has(id)) continue;
    if (inUse && !observed.machines.some((one) => one.owned && one.id === machine)) {
      notes.push(
        `The floating IP ${address} bears the mark of this pipeline and leads to a machine that does not: it is left alone.`,
      );
      continue;
    }
    withdrawn.push(address);
    steps.push(
      step(
        `floating-ip:surplus:${id}`,
        address,
        'delete',
        'no worker needs it any more, and it is billed',
        { kind: 'floating-ip', id, address },
        [...observed.machines.filter((one) => one.id === machine).map((one) => `machine:surplus:${one.id}`)],
      ),
    );
  }
  return { steps, known, pending, withdrawn, notes };
}

/** Ours for this worker, if it leads to its machine or nowhere; else whatever leads to its machine. */
function pick(
  { number }: Worker,
  { floatingIps, machines }: ObservedCompute,
  machine: string | undefined,
): ObservedFloatingIp | undefined {
  const isOurs = (id: string | undefined): boolean =>
    machines.some((one) => one.owned && one.worker === number && one.id === id);
  const own = floatingIps.filter(
    (one) => one.owned && one.worker === number && (!one.inUse || isOurs(one.machine)),
  );
  return (
    own.find((one) => one.inUse) ??
    own[0] ??
    floatingIps.find((one) => machine !== undefined && one.machine === machine)
  );
}

/** The address of the machine that was made by hand. */
function byHand(
  { name }: Worker,
  { floatingIps, machines }: ObservedCompute,
): ObservedFloatingIp | undefined {
  const machine = machines.find((one) => !one.owned && one.name === name)?.id;
  return floatingIps.find((one) => machine !== undefined && one.machine === machine);
}

function planAddress({ number, name }: Worker, current: ObservedFloatingIp | undefined): Step {
  const id = `floating-ip:${number}`;
  const target = { kind: 'floating-ip', worker: number } as const;
  if (current === undefined)
    return step(id, `for ${name}`, 'create', 'a public address for the machine', target);
  const there = { ...target, id: current.id, address: current.address };
  if (!current.owned && current.machine !== undefined)
    return step(id, current.address, 'change', 'made by hand: it gets the mark of this pipeline', there);
  return step(id, current.address, 'keep', 'as wanted', there);
}

function planAssociation(
  { number, name }: Worker,
  current: ObservedFloatingIp | undefined,
  machine: string | undefined,
): Step {
  const id = `association:${number}`;
  const target = { kind: 'association', worker: number } as const;
  const needs = [`machine:${number}`, `floating-ip:${number}`];
  if (current !== undefined && machine !== undefined && current.machine === machine)
    return step(id, name, 'keep', `${current.address} leads to it`, target, needs);
  return step(
    id,
    name,
    current === undefined || machine === undefined ? 'create' : 'change',
    `${current?.address ?? 'the address'} is to lead to it`,
    target,
    needs,
  );
}
