import type { Choices } from '../choices.ts';
import type { Clouds } from '../clouds.ts';
import type { Observed } from '../observed.ts';
import type { S3Keys } from '../secrets/cloudSecrets.ts';
import type { Stack } from '../stack.ts';

/** Where steps are carried out, and what they tell each other: ids and addresses that only the clouds know. */
export interface Site {
  readonly clouds: Clouds;
  readonly stack: Stack;
  /** Not needed to take things away. */
  readonly choices?: Choices;
  /** cloud-init's document for the machines. */
  readonly userData: () => Promise<string>;
  readonly prove: Prove;
  /** Lets the worker on a machine finish what it has in work. One that does not answer is not waited for. */
  readonly drain: Drain;
  /** Keep a machine or database that ended in ERROR, to look at it. */
  readonly keepFailed: boolean;
  readonly known: Known;
}

export interface Known {
  group: string | undefined;
  readonly machines: Map<number, string>;
  readonly addresses: Map<number, { readonly id: string; readonly address: string }>;
  database: string | undefined;
  s3Keys: S3Keys | undefined;
}

/** A machine that is to work, and everything that its worker needs. */
export interface ProveOrder {
  readonly worker: number;
  readonly name: string;
  readonly serverId: string;
  /** Where SSH answers. */
  readonly address: string;
  readonly database: { readonly host: string; readonly name: string; readonly user: string };
  readonly s3Keys: S3Keys;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Installs the worker on a machine and returns when a first image has gone through. Harmless when done already. */
export type Prove = (order: ProveOrder) => Promise<void>;

export type Drain = (machine: DrainOrder) => Promise<void>;

export interface DrainOrder {
  readonly serverId: string;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** What is known from the clouds before the first step. */
export function knownFrom(observed: Observed, stack: Stack): Known {
  const { groups, machines, floatingIps } = observed.compute;
  const mine = machines.filter(({ owned }) => owned);
  const known: Known = {
    group: groups.find(({ owned }) => owned)?.id,
    machines: new Map(),
    addresses: new Map(),
    database: observed.database.instances.find(({ owned }) => owned)?.id,
    s3Keys: undefined,
  };
  for (const { number } of stack.workers) {
    const machine = mine.find(({ worker }) => worker === number);
    if (machine !== undefined) known.machines.set(number, machine.id);
  }
  for (const { number } of stack.workers) {
    const machine = known.machines.get(number);
    const usable = floatingIps.filter(
      (one) =>
        (machine !== undefined && one.machine === machine) ||
        (one.owned && one.worker === number && !one.inUse),
    );
    const [best] = usable.toSorted((a, b) => Number(b.inUse) - Number(a.inUse));
    if (best !== undefined) known.addresses.set(number, { id: best.id, address: best.address });
  }
  return known;
}
