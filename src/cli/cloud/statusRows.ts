import type { Observed } from '../../cloud/observed.ts';
import type { Stack } from '../../cloud/stack.ts';
import { kindTitles } from '../../cloud/step.ts';

export interface ResourceRow {
  readonly kind: string;
  readonly name: string;
  readonly state: string;
  readonly detail: string;
}

/** Everything of the pipeline that is there. */
export function resourceRows({ compute, database, s3 }: Observed, stack: Stack): ResourceRow[] {
  return [
    ...compute.machines.map(({ name, owned, status, fault, addresses, ready }) => ({
      kind: kindTitles.machine,
      name,
      state: status,
      detail: [
        addresses.join(', '),
        owned
          ? ready === undefined
            ? 'no image has gone through yet'
            : 'worker installed and proved'
          : notOurs,
        fault ?? '',
      ]
        .filter((text) => text !== '')
        .join('; '),
    })),
    ...compute.floatingIps.map(({ address, inUse, owned }) => ({
      kind: kindTitles['floating-ip'],
      name: address,
      state: inUse ? 'in use' : 'unused',
      detail: owned ? (inUse ? '' : 'billed all the same') : notOurs,
    })),
    ...compute.groups.map(({ name, owned, rules }) => ({
      kind: kindTitles['security-group'],
      name,
      state: 'there',
      detail: owned
        ? `SSH from ${
            rules
              .filter(({ direction, ports }) => direction === 'ingress' && ports?.from === 22)
              .map(({ cidr }) => cidr ?? 'everywhere')
              .join(', ') || 'nowhere'
          }`
        : notOurs,
    })),
    ...(compute.keypair === undefined
      ? []
      : [
          {
            kind: kindTitles.keypair,
            name: compute.keypair.name,
            state: 'there',
            detail: compute.keypair.ours ? '' : notOurs,
          },
        ]),
    ...database.instances.map(
      ({ name, owned, status, operatingStatus, publicAddress, allowedCidrs, fault }) => ({
        kind: kindTitles.database,
        name,
        state: [status, operatingStatus].filter((text) => text !== '').join(', '),
        detail: owned
          ? `${publicAddress ?? 'no address yet'}; lets in ${allowedCidrs.join(', ') || 'nobody'}${fault === undefined ? '' : `; ${fault}`}`
          : notOurs,
      }),
    ),
    ...s3.buckets
      .filter(({ name, state }) => state === 'present' && stack.buckets.includes(name))
      .map(({ name, empty }) => ({
        kind: kindTitles.bucket,
        name,
        state: empty ? 'empty' : 'has objects',
        detail: '',
      })),
  ];
}

const notOurs = "not kuva's";
