import type { Observed, ObservedInstance } from './observed.ts';
import type { Plan } from './plan.ts';
import type { Stack } from './stack.ts';
import { type Step, step } from './step.ts';

export interface TeardownOptions {
  /** The buckets too, with all that is in them. */
  readonly buckets: boolean;
  /** The database too, with the ledger in it. */
  readonly database: boolean;
}

/** What has to go, in the order in which it can: a group in use cannot, nor a key that buckets are deleted with. */
export function planDown(stack: Stack, observed: Observed, options: TeardownOptions): Plan {
  const { machines, floatingIps, groups, keypair } = observed.compute;
  const notes: string[] = [];
  const owned = machines.filter((machine) => machine.owned);
  const machineSteps = owned.map(({ id, name, worker, status }) =>
    step(`machine:${id}`, name, 'delete', `${status}; what it has in work goes back to the queue`, {
      kind: 'machine',
      id,
      ...(worker !== undefined && { worker }),
    }),
  );
  const afterMachines = machineSteps.map(({ id }) => id);
  const addresses = floatingIps.filter((one) => {
    const elsewhere = one.inUse && !owned.some(({ id }) => id === one.machine);
    if (one.owned && elsewhere)
      notes.push(
        `The floating IP ${one.address} leads to a machine without the mark of this pipeline: it is left alone.`,
      );
    return one.owned && !elsewhere;
  });
  const steps: Step[] = [
    ...machineSteps,
    ...addresses.map(({ id, address }) =>
      step(
        `floating-ip:${id}`,
        address,
        'delete',
        'given back; it is billed until then',
        { kind: 'floating-ip', id, address },
        afterMachines,
      ),
    ),
    ...groups
      .filter((group) => group.owned)
      .map(({ id, name }) =>
        step(
          `security-group:${id}`,
          name,
          'delete',
          'with its rules',
          { kind: 'security-group', id },
          afterMachines,
        ),
      ),
    ...(keypair?.ours === true
      ? [step('keypair', keypair.name, 'delete', 'here and in the cloud', { kind: 'keypair' }, afterMachines)]
      : []),
    ...observed.database.instances.map((instance) =>
      downDatabase(
        instance,
        options.database,
        addresses.map(({ address }) => `${address}/32`),
        afterMachines,
      ),
    ),
    ...downStorage(stack, observed, options.buckets, afterMachines),
  ];
  return { steps, notes };
}

function downDatabase(
  instance: ObservedInstance,
  asked: boolean,
  addresses: readonly string[],
  needs: readonly string[],
): Step {
  const { id, name, owned, allowedCidrs } = instance;
  const target = { kind: 'database', id } as const;
  if (!owned)
    return step(
      `database:${id}`,
      name,
      'keep',
      'not made by kuva, as far as can be seen: its password is not in the private folder',
      target,
    );
  if (asked) return step(`database:${id}`, name, 'delete', 'with the ledger in it, for good', target, needs);
  // Given back, an address may be somebody else's tomorrow: it must not open the database.
  const withdraw = addresses.filter((cidr) => allowedCidrs.includes(cidr));
  if (withdraw.length === 0)
    return step(
      `database:${id}`,
      name,
      'keep',
      'holds the ledger, and is billed; --database deletes it',
      target,
    );
  return step(
    `database:${id}`,
    name,
    'change',
    `holds the ledger, and is billed; --database deletes it. No longer lets in ${withdraw.join(', ')}`,
    { kind: 'database-access', id, allow: [], withdraw },
    needs,
  );
}

function downStorage(stack: Stack, { s3 }: Observed, asked: boolean, needs: readonly string[]): Step[] {
  const buckets = s3.buckets
    .filter(({ name, state }) => state === 'present' && stack.buckets.includes(name))
    .map(({ name, empty, owned }) => {
      const target = { kind: 'bucket', withData: asked } as const;
      if (asked)
        return step(
          `bucket:${name}`,
          name,
          'delete',
          empty ? 'empty' : 'with all objects in it, for good',
          target,
          needs,
        );
      if (empty && owned) return step(`bucket:${name}`, name, 'delete', 'empty', target, needs);
      return step(
        `bucket:${name}`,
        name,
        'keep',
        empty ? 'not made by kuva; --buckets deletes it' : 'has data; --buckets deletes it',
        target,
      );
    });
  if (s3.keys !== 'own') return buckets;
  const afterBuckets = [...needs, ...buckets.filter(({ action }) => action === 'delete').map(({ id }) => id)];
  return [
    ...buckets,
    step('s3-keys', `for ${s3.endpoint}`, 'delete', 'made by kuva', { kind: 's3-keys' }, afterBuckets),
  ];
}

/** What of the stack is still there, as far as `down` was to remove it: nothing, if all went well. */
export function leftovers(stack: Stack, observed: Observed, options: TeardownOptions): string[] {
  return planDown(stack, observed, options)
    .steps.filter(({ action }) => action === 'delete')
    .map(({ target: { kind }, name }) => `${kind} ${name}`);
}
