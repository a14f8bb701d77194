import { describe, expect, it } from 'vitest';
import { leftovers, planDown } from '../../src/cloud/teardown.ts';
import { aMachine, aStack, everything, nothing, withCompute, withInstance } from './given.ts';

const keepBoth = { buckets: false, database: false };

function of(observed = everything, options = keepBoth): string[] {
  return planDown(aStack(), observed, options).steps.map(({ action, id }) => `${action} ${id}`);
}

describe('taking everything away', () => {
  it('keeps the database and buckets with data, and closes the database to addresses that are given back', () => {
    expect(of()).toEqual([
      'delete machine:m1',
      'delete floating-ip:f1',
      'delete security-group:g1',
      'delete keypair',
      'change database:d1',
      'delete bucket:input_bucket',
      'keep bucket:output_bucket',
      'delete s3-keys',
    ]);
  });

  it('deletes them too when told to', () => {
    expect(of(everything, { buckets: true, database: true })).toEqual(
      expect.arrayContaining([
        'delete database:d1',
        'delete bucket:input_bucket',
        'delete bucket:output_bucket',
      ]),
    );
  });

  it('takes machines before what they use, and the S3 keys last', () => {
    const { steps } = planDown(aStack(), everything, { buckets: true, database: true });
    const needsOf = (id: string) => steps.find((one) => one.id === id)?.needs;
    expect(needsOf('security-group:g1')).toEqual(['machine:m1']);
    expect(needsOf('floating-ip:f1')).toEqual(['machine:m1']);
    expect(needsOf('s3-keys')).toEqual(['machine:m1', 'bucket:input_bucket', 'bucket:output_bucket']);
  });

  it('touches nothing that it does not own', () => {
    const foreign = withCompute(
      {
        keypair: { name: 'pipeline_keypair', ours: false },
        groups: everything.compute.groups.map((group) => ({ ...group, owned: false })),
        machines: [{ ...aMachine, owned: false }],
        floatingIps: everything.compute.floatingIps.map((one) => ({ ...one, owned: false })),
      },
      {
        ...withInstance({ owned: false }),
        s3: {
          ...everything.s3,
          keys: 'found',
          buckets: everything.s3.buckets.map((bucket) => ({ ...bucket, owned: false })),
        },
      },
    );
    expect(
      planDown(aStack(), foreign, { buckets: false, database: true }).steps.map(({ action }) => action),
    ).toEqual(['keep', 'keep', 'keep']);
  });

  it('leaves an address alone that leads to somebody else meanwhile', () => {
    const moved = withCompute({
      floatingIps: [{ id: 'f1', address: '1.2.3.4', owned: true, worker: 1, machine: 'other', inUse: true }],
    });
    expect(of(moved)).not.toContain('delete floating-ip:f1');
  });

  it('has nothing to do, and nothing left, where there is nothing', () => {
    expect(of(nothing)).toEqual([]);
    expect(leftovers(aStack(), nothing, keepBoth)).toEqual([]);
    expect(leftovers(aStack(), everything, keepBoth)).toContain('machine pipeline_vm');
  });
});
