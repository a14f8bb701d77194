import { describe, expect, it } from 'vitest';
import type { Observed } from '../../src/cloud/observed.ts';
import { blockersOf, nothingToDo, type Plan, planUp } from '../../src/cloud/plan.ts';
import { changes } from '../../src/cloud/step.ts';
import { aMachine, aStack, everything, nothing, withCompute, withInstance, withMachine } from './given.ts';

/** `action id`, of what would change. */
function changesOf({ steps }: Plan): string[] {
  return steps.filter(changes).map(({ action, id }) => `${action} ${id}`);
}

function whyOf(plan: Plan, id: string): string | undefined {
  return plan.steps.find((one) => one.id === id)?.why;
}

describe('a plan', () => {
  it('makes the whole set-up of the tutorial where there is nothing', () => {
    const plan = planUp(aStack(), nothing);
    expect(changesOf(plan)).toEqual([
      'create s3-keys',
      'create bucket:input_bucket',
      'create bucket:output_bucket',
      'create keypair',
      'create security-group',
      'create ssh-rule:198.51.100.7/32',
      'create machine:1',
      'create floating-ip:1',
      'create association:1',
      'create database',
      'create database-access',
      'create worker:1',
    ]);
    expect(blockersOf(plan)).toEqual([]);
  });

  it('has nothing to do where everything is as wanted', () => {
    const plan = planUp(aStack(), everything);
    expect(changesOf(plan)).toEqual([]);
    expect(nothingToDo(plan)).toBe(true);
  });

  it('lets every step wait for steps of the same plan alone, and none for itself', () => {
    for (const observed of [nothing, everything, withMachine({ status: 'ERROR' })]) {
      for (const workers of [1, 3]) {
        const { steps } = planUp(aStack({}, workers), observed);
        const ids = steps.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { id, needs } of steps) {
          expect(ids).toEqual(expect.arrayContaining([...needs]));
          expect(needs).not.toContain(id);
        }
      }
    }
  });

  it('adds machines, addresses and rights for more workers, and leaves the first alone', () => {
    expect(changesOf(planUp(aStack({}, 2), everything))).toEqual([
      'create machine:2',
      'create floating-ip:2',
      'create association:2',
      'change database-access',
      'create worker:2',
    ]);
  });

  it('takes away the machine, the address and its right when fewer workers are wanted', () => {
    const observed: Observed = withCompute({
      machines: [aMachine, { ...aMachine, id: 'm2', name: 'pipeline_vm_2', worker: 2 }],
      floatingIps: [
        ...everything.compute.floatingIps,
        { id: 'f2', address: '1.2.3.9', owned: true, worker: 2, machine: 'm2', inUse: true },
      ],
    });
    const both = {
      ...observed,
      database: withInstance({ allowedCidrs: ['1.2.3.4/32', '1.2.3.9/32'] }).database,
    };
    const plan = planUp(aStack(), both);
    expect(changesOf(plan)).toEqual([
      'delete machine:surplus:m2',
      'delete floating-ip:surplus:f2',
      'change database-access',
    ]);
    expect(plan.steps.find(({ id }) => id === 'floating-ip:surplus:f2')?.needs).toEqual([
      'machine:surplus:m2',
    ]);
    expect(whyOf(plan, 'database-access')).toBe('no longer lets in 1.2.3.9/32');
  });

  it('lets the router in where the machines have no address of their own', () => {
    const stack = aStack({ compute: { floating_ip: false } });
    const plan = planUp(stack, withCompute({ routerAddress: '9.9.9.9' }, nothing));
    expect(plan.steps.some(({ target }) => target.kind === 'floating-ip')).toBe(false);
    expect(whyOf(plan, 'database-access')).toBe('lets in 9.9.9.9/32');
  });
});

describe('what was changed by hand', () => {
  it.each([
    ['a machine that is off', withMachine({ status: 'SHUTOFF' }), 'change machine:1', /SHUTOFF/],
    [
      'a machine in ERROR',
      withMachine({ status: 'ERROR', fault: 'No valid host' }),
      'replace machine:1',
      /No valid host/,
    ],
    [
      'another flavor',
      withMachine({ flavor: 'standard.large' }),
      'replace machine:1',
      /standard.large, not standard.tiny/,
    ],
    ['another image', withMachine({ image: 'Ubuntu-22.04' }), 'replace machine:1', /Ubuntu-22.04/],
    ['a group taken off', withMachine({ groups: ['default'] }), 'change membership:1', /taken off/],
    ['another release', withMachine({ ready: 'r0' }), 'change worker:1', /another version or recipe/],
    [
      'another secret',
      { ...withMachine({ secretsMark: 'before' }), secretsMark: 'now' },
      'change worker:1',
      /password or key .* is another one/,
    ],
    ['a deleted keypair', { ...everything, compute: omitKeypair() }, 'create keypair', /made here/],
    [
      'an open port',
      withRule({ id: 'r9', direction: 'ingress', protocol: 'tcp', ports: { from: 5432, to: 5432 } }),
      'delete ssh-rule:surplus:r9',
      /no such rule/,
    ],
    [
      'a database that lets nobody in',
      withInstance({ allowedCidrs: [] }),
      'change database-access',
      /lets in 1.2.3.4\/32/,
    ],
    [
      'a database open to everybody',
      withInstance({ allowedCidrs: ['0.0.0.0/0', '1.2.3.4/32'] }),
      'change database-access',
      /no longer lets in 0.0.0.0\/0/,
    ],
    [
      'an address that leads nowhere',
      withCompute({ floatingIps: [{ id: 'f1', address: '1.2.3.4', owned: true, worker: 1, inUse: false }] }),
      'change association:1',
      /1.2.3.4 is to lead to it/,
    ],
    ['a bucket that is gone', withBucket('absent'), 'create bucket:input_bucket', /none of that name/],
  ])('is named: %s', (_what, observed, expected, why) => {
    const plan = planUp(aStack(), observed);
    expect(changesOf(plan)).toContain(expected);
    expect(whyOf(plan, expected.split(' ')[1] ?? '')).toMatch(why);
  });

  it('is left to the owner of a database, whose ledger nobody may lose', () => {
    const plan = planUp(aStack(), withInstance({ flavor: 'standard.large', version: '16.1' }));
    expect(changesOf(plan)).toEqual([]);
    expect(whyOf(plan, 'database')).toMatch(/standard.large, not standard.small.*left as it is/);
  });

  it('keeps networks that somebody else let in to the database', () => {
    const plan = planUp(aStack(), withInstance({ allowedCidrs: ['1.2.3.4/32', '10.0.0.0/24'] }));
    expect(nothingToDo(plan)).toBe(true);
  });

  it('replaces the rule for my address only after the new one is there', () => {
    const moved = { ...aStack(), sshFrom: ['203.0.113.9/32'] };
    const plan = planUp(moved, everything);
    expect(changesOf(plan)).toEqual(['create ssh-rule:203.0.113.9/32', 'delete ssh-rule:surplus:r1']);
    expect(plan.steps.find(({ id }) => id === 'ssh-rule:surplus:r1')?.needs).toEqual([
      'ssh-rule:203.0.113.9/32',
    ]);
  });

  it('removes no SSH rule while nobody knows my address', () => {
    const unknown = { ...aStack(), sshFrom: [], sshKnown: false };
    expect(changesOf(planUp(unknown, everything))).toEqual([]);
  });
});

describe("somebody else's thing of the wanted name", () => {
  const namesakes: Observed = {
    ...nothing,
    compute: {
      keypair: { name: 'pipeline_keypair', ours: false },
      groups: [{ id: 'g7', name: 'pipeline_security_group', owned: false, rules: [] }],
      machines: [{ ...aMachine, id: 'm7', owned: false }],
      floatingIps: [{ id: 'f7', address: '1.2.3.7', owned: false, machine: 'm7', inUse: true }],
    },
    database: withInstance({ owned: false }).database,
    s3: { ...nothing.s3, buckets: [{ name: 'input_bucket', state: 'foreign', owned: false, empty: true }] },
  };

  it('is in the way, and is told', () => {
    expect(blockersOf(planUp(aStack(), namesakes)).map(({ id }) => id)).toEqual([
      'bucket:input_bucket',
      'keypair',
      'security-group',
      'machine:1',
      'database',
    ]);
  });

  it('is taken over when asked for: group and address get the mark, the machine is made anew', () => {
    const plan = planUp(aStack(), namesakes, { adopt: true });
    expect(changesOf(plan)).toEqual(
      expect.arrayContaining(['change security-group', 'replace machine:1', 'change floating-ip:1']),
    );
  });

  it('is not touched where its mark is of another pipeline, or it leads elsewhere', () => {
    const taken = withCompute({
      floatingIps: [
        { id: 'f1', address: '1.2.3.4', owned: true, worker: 1, machine: 'somebody', inUse: true },
      ],
    });
    const plan = planUp(aStack(), taken);
    expect(changesOf(plan)).toContain('create floating-ip:1');
    expect(plan.notes.join()).toMatch(/1\.2\.3\.4.*left alone/);
    expect(plan.steps.some(({ target }) => 'id' in target && target.id === 'f1')).toBe(false);
  });
});

describe('what is there twice', () => {
  it('goes again, the better one stays', () => {
    const twice = withCompute({
      machines: [{ ...aMachine, id: 'm0', status: 'ERROR', created: new Date('2026-10-01') }, aMachine],
    });
    expect(changesOf(planUp(aStack(), twice))).toEqual(['delete machine:surplus:m0']);
  });
});

function omitKeypair(): Observed['compute'] {
  const { groups, machines, floatingIps } = everything.compute;
  return { groups, machines, floatingIps };
}

function withRule(rule: Observed['compute']['groups'][number]['rules'][number]): Observed {
  return withCompute({
    groups: everything.compute.groups.map((group) => ({ ...group, rules: [...group.rules, rule] })),
  });
}

function withBucket(state: 'absent'): Observed {
  const [, output] = everything.s3.buckets;
  return {
    ...everything,
    s3: {
      ...everything.s3,
      buckets: [
        { name: 'input_bucket', state, owned: false, empty: true },
        ...(output === undefined ? [] : [output]),
      ],
    },
  };
}
