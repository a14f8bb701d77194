import { type Billed, type Cost, costOf } from './cost.ts';
import type { Observed } from './observed.ts';
import type { PriceList } from './prices.ts';
import type { Stack } from './stack.ts';

/** What the stack costs once it stands. */
export function costOfStack({ compute, database, workers }: Stack, prices: PriceList): Cost {
  const billed: Billed[] = workers.flatMap(({ name }): Billed[] => [
    {
      kind: 'machine',
      name,
      flavor: compute.flavor,
      ...(compute.volume !== undefined && { volume: compute.volume }),
    },
    ...(compute.floating_ip ? [{ kind: 'floating-ip', name: `address of ${name}` } as const] : []),
  ]);
  return costOf(
    [...billed, { kind: 'database', name: database.instance, flavor: database.flavor, size: database.size }],
    prices,
  );
}

/** What is there and ours, and costs something by now. */
export function costOfObserved({ compute, database }: Observed, prices: PriceList): Cost {
  return costOf(
    [
      ...compute.machines
        .filter(({ owned }) => owned)
        .map(
          ({ name, flavor, volume }) =>
            ({ kind: 'machine', name, flavor, ...(volume !== undefined && { volume }) }) as const,
        ),
      ...compute.floatingIps
        .filter(({ owned }) => owned)
        .map(({ address }) => ({ kind: 'floating-ip', name: address }) as const),
      ...database.instances
        .filter(({ owned }) => owned)
        .map(({ name, flavor, size }) => ({ kind: 'database', name, flavor, size }) as const),
    ],
    prices,
  );
}
