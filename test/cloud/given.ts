import { cloudSchema } from '../../src/cloud/config.ts';
import type { Observed, ObservedInstance, ObservedMachine } from '../../src/cloud/observed.ts';
import { type Stack, stackOf } from '../../src/cloud/stack.ts';

export const revision = 'r1';

/** The tutorial's set-up, asked for from 198.51.100.7. */
export function aStack(form: unknown = {}, workers?: number): Stack {
  return stackOf({
    pipeline: 'images',
    config: cloudSchema.parse(form),
    buckets: ['input_bucket', 'output_bucket'],
    myAddress: '198.51.100.7',
    revision,
    workers,
  });
}

/** Two clouds with nothing in them. */
export const nothing: Observed = {
  compute: { groups: [], machines: [], floatingIps: [] },
  database: { instances: [] },
  s3: {
    endpoint: 'https://a3s.fi',
    keys: 'none',
    buckets: [
      { name: 'input_bucket', state: 'unknown', owned: false, empty: true },
      { name: 'output_bucket', state: 'unknown', owned: false, empty: true },
    ],
  },
};

export const aMachine: ObservedMachine = {
  id: 'm1',
  name: 'pipeline_vm',
  owned: true,
  worker: 1,
  status: 'ACTIVE',
  created: new Date('2026-11-01T10:00:00Z'),
  flavor: 'standard.tiny',
  image: 'Ubuntu-24.04',
  keypair: 'pipeline_keypair',
  ready: revision,
  groups: ['default', 'pipeline_security_group'],
  addresses: ['192.168.1.5', '1.2.3.4'],
};

export const anInstance: ObservedInstance = {
  id: 'd1',
  name: 'pipeline_db_instance',
  owned: true,
  status: 'ACTIVE',
  operatingStatus: 'HEALTHY',
  created: new Date('2026-11-01T10:00:00Z'),
  flavor: 'standard.small',
  size: 1,
  datastore: 'postgresql',
  version: '17.2',
  publicAddress: '5.6.7.8',
  allowedCidrs: ['1.2.3.4/32'],
};

/** What `up` leaves behind. */
export const everything: Observed = {
  compute: {
    keypair: { name: 'pipeline_keypair', ours: true },
    groups: [
      {
        id: 'g1',
        name: 'pipeline_security_group',
        owned: true,
        rules: [
          { id: 'r0', direction: 'egress' },
          {
            id: 'r1',
            direction: 'ingress',
            protocol: 'tcp',
            ports: { from: 22, to: 22 },
            cidr: '198.51.100.7/32',
          },
        ],
      },
    ],
    machines: [aMachine],
    floatingIps: [{ id: 'f1', address: '1.2.3.4', owned: true, worker: 1, machine: 'm1', inUse: true }],
  },
  database: { instances: [anInstance] },
  s3: {
    endpoint: 'https://a3s.fi',
    keys: 'own',
    buckets: [
      { name: 'input_bucket', state: 'present', owned: true, empty: true },
      { name: 'output_bucket', state: 'present', owned: true, empty: false },
    ],
  },
};

export function withCompute(change: Partial<Observed['compute']>, observed: Observed = everything): Observed {
  return { ...observed, compute: { ...observed.compute, ...change } };
}

export function withMachine(change: Partial<ObservedMachine>): Observed {
  return withCompute({ machines: [{ ...aMachine, ...change }] });
}

export function withInstance(change: Partial<ObservedInstance>): Observed {
  return { ...everything, database: { instances: [{ ...anInstance, ...change }] } };
}
