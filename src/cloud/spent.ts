import type { Observed } from './observed.ts';
import type { PriceList } from './prices.ts';
import { costOf } from './cost.ts';

/** What has been used up so far by what is there now; floating IPs do not tell since when, and count with their machine. */
export interface Spent {
  readonly units: number;
  /** When the oldest of it was made; undefined: nothing is there. */
  readonly since?: Date;
}

const hourLength = 3_600_000;

export function spentBy({ compute, database }: Observed, prices: PriceList, now: Date): Spent {
  const parts = [
    ...compute.machines
      .filter(({ owned }) => owned)
      .map(({ id, name, flavor, volume, created }) => {
        const address = compute.floatingIps.some(({ machine, owned }) => owned && machine === id);
        const machine = { kind: 'machine', name, flavor, ...(volume !== undefined && { volume }) } as const;
        const ip = { kind: 'floating-ip', name } as const;
        return { created, billed: address ? [machine, ip] : [machine] };
      }),
    ...database.instances
      .filter(({ owned }) => owned)
      .map(({ name, flavor, size, created }) => ({
        created,
        billed: [{ kind: 'database', name, flavor, size } as const],
      })),
  ];
  // Billed by the begun hour.
  const units = parts.reduce(
    (sum, { created, billed }) =>
      sum +
      Math.max(1, Math.ceil((now.getTime() - created.getTime()) / hourLength)) * costOf(billed, prices).hour,
    0,
  );
  const [since] = parts.map(({ created }) => created).toSorted((a, b) => a.getTime() - b.getTime());
  return { units: Math.round(units * 100) / 100, ...(since !== undefined && { since }) };
}
