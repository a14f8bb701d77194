import type { ObservedDatabases, ObservedInstance } from '../observed.ts';
import type { Stack } from '../stack.ts';
import { type Step, step } from '../step.ts';
import type { AddressPlan } from './addresses.ts';

/** Open to everybody: what a stock Trove does when nobody says who may connect. */
const everywhere = '0.0.0.0/0';

export function planDatabase(
  stack: Stack,
  { instances }: ObservedDatabases,
  addresses: AddressPlan,
): { steps: readonly Step[]; notes: readonly string[] } {
  const { database } = stack;
  const name = database.instance;
  const [current, ...others] = instances.toSorted(
    (a, b) => Number(b.owned) - Number(a.owned) || a.created.getTime() - b.created.getTime(),
  );
  const notes = others.map(
    (other) =>
      `There is another database instance named ${name} (${other.id}). It is left alone; if nobody needs it, delete it: it is billed.`,
  );
  if (current === undefined) {
    const why =
      `${database.flavor}, ${database.size} GiB, ${database.datastore} ${database.version ?? ''}`.trimEnd();
    // Its first list of who may connect has the machines' addresses: an update would take longer, and un-publish it.
    const target = { kind: 'database', allow: wantedCidrs(stack, addresses) } as const;
    const create = step('database', name, 'create', why, target, addresses.pending);
    return { steps: [create, planAccess(stack, undefined, addresses)], notes };
  }
  const target = { kind: 'database', id: current.id } as const;
  if (!current.owned)
    return {
      steps: [
        step(
          'database',
          name,
          'foreign',
          'an instance of that name is there, and its password is not in the private folder',
          target,
        ),
      ],
      notes,
    };
  if (current.status === 'ERROR' || current.status === 'FAILED')
    return {
      steps: [
        step(
          'database',
          name,
          'foreign',
          `it is in ${current.status}${current.fault === undefined ? '' : `: ${current.fault}`}. It may hold the ledger: kuva does not replace it`,
          target,
        ),
      ],
      notes,
    };
  const stands =
    current.status === 'ACTIVE'
      ? step('database', name, 'keep', driftOf(stack, current) ?? 'as wanted', target)
      : step('database', name, 'change', `it is in ${current.status}: waited for`, target);
  return {
    steps: [stands, planAccess(stack, current, addresses)],
    notes,
  };
}

/** A database holds the ledger and is never made anew; what differs is told. */
function driftOf({ database }: Stack, current: ObservedInstance): string | undefined {
  const differences = [
    current.flavor === database.flavor
      ? ''
      : `its flavor is ${current.flavor}, not ${database.flavor} (openstack database instance resize flavor)`,
    current.size >= database.size
      ? ''
      : `its volume has ${current.size} GiB, not ${database.size} (openstack database instance resize volume)`,
    current.datastore === database.datastore
      ? ''
      : `it is a ${current.datastore}, not a ${database.datastore}`,
    database.version === undefined || current.version === database.version
      ? ''
      : `its version is ${current.version}, not ${database.version}`,
  ].filter((text) => text !== '');
  return differences.length === 0
    ? undefined
    : `${differences.join('; ')}: left as it is, since it holds the ledger`;
}

function wantedCidrs({ database }: Stack, { known }: AddressPlan): string[] {
  return [...new Set([...known.map((address) => `${address}/32`), ...database.allowed_cidrs])];
}

function planAccess(stack: Stack, current: ObservedInstance | undefined, addresses: AddressPlan): Step {
  const wanted = [
    ...new Set([...addresses.known.map((address) => `${address}/32`), ...stack.database.allowed_cidrs]),
  ];
  const allowed = current?.allowedCidrs ?? [];
  const withdraw = [...addresses.withdrawn.map((address) => `${address}/32`), everywhere].filter(
    (cidr) => allowed.includes(cidr) && !wanted.includes(cidr),
  );
  const missing = wanted.filter((cidr) => !allowed.includes(cidr));
  const target = {
    kind: 'database-access',
    allow: wanted,
    withdraw,
    ...(current !== undefined && { id: current.id }),
  } as const;
  const needs = ['database', ...addresses.pending];
  const { instance } = stack.database;
  const because = [
    missing.length + addresses.pending.length === 0
      ? ''
      : `lets in ${[...missing, ...addresses.pending.map(() => 'the new address')].join(', ')}`,
    withdraw.length === 0 ? '' : `no longer lets in ${withdraw.join(', ')}`,
    current?.status === 'ACTIVE' && current.publicAddress === undefined ? 'gets its public address back' : '',
  ].filter((text) => text !== '');
  if (because.length === 0)
    return step(
      'database-access',
      instance,
      'keep',
      `lets in ${wanted.join(', ') || 'nobody'}`,
      target,
      needs,
    );
  return step(
    'database-access',
    instance,
    current === undefined ? 'create' : 'change',
    because.join('; '),
    target,
    needs,
  );
}
