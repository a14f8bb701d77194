/** Machines on real control planes: made, left alone, mended, more and fewer, and gone. */
import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { survey } from '../../../../src/cli/cloud/survey.ts';
import { observe } from '../../../../src/cloud/observe.ts';
import { type Bed, withBed } from './bed.ts';
import { killAtFirstChange } from './killer.ts';
import { stockClient } from './stockClient.ts';
import { changesOf, down, openClouds, type Stage, up } from './stage.ts';
import { onStage, patience } from './onStage.ts';

withBed('the machines of a pipeline', () => {
  let bed: Bed;
  let stage: Stage;
  onStage({}, (opened) => {
    ({ bed, stage } = opened);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('are made once, however often and wherever the one who makes them is killed', patience, async () => {
    const stack = stage.stack();
    const deaths: string[] = [];
    for (let attempt = 0; ; attempt += 1) {
      expect(attempt).toBeLessThan(60);
      const when = attempt % 2 === 0 ? 'before' : 'after';
      const killer = killAtFirstChange(when);
      // A new process each time: it knows nothing but what the clouds and the private folder tell.
      const clouds = await openClouds(bed, stage.clouds.secrets.folder, stage.name, killer.signal);
      try {
        await up(stage, stack, { clouds, signal: killer.signal });
        if (killer.at() === undefined) break;
      } catch (failure) {
        if (killer.at() === undefined) throw failure;
        deaths.push(`${when} ${killer.at() ?? ''}`);
      } finally {
        vi.unstubAllGlobals();
      }
    }
    const { compute, database, s3 } = await observe(stage.clouds, stack);
    expect(compute.machines.map(({ status }) => status)).toEqual(['ACTIVE']);
    expect(compute.floatingIps).toHaveLength(1);
    expect(compute.floatingIps[0]?.machine).toBe(compute.machines[0]?.id);
    expect(compute.groups).toHaveLength(1);
    expect(compute.groups[0]?.rules.filter(({ direction }) => direction === 'ingress')).toHaveLength(1);
    expect(database.instances.map(({ status, operatingStatus }) => [status, operatingStatus])).toEqual([
      ['ACTIVE', 'HEALTHY'],
    ]);
    expect(s3.keys).toBe('own');
    // The two machines that could have been, the keys, the key pair, the group, its rule, the address, and more.
    expect(deaths.length).toBeGreaterThan(10);
  });

  it('are left alone when they are as wanted', patience, async () => {
    const stack = stage.stack();
    const found = await survey({ clouds: stage.clouds, stack }, false);
    expect(changesOf(found)).toEqual([]);
    expect(found.quota).toEqual([]);
    const [address] = found.observed.compute.floatingIps;
    expect(found.observed.database.instances[0]?.allowedCidrs).toEqual([`${address?.address ?? ''}/32`]);
    expect(stage.proved.at(-1)).toMatchObject({ worker: 1, address: address?.address });
  });

  it("are what the tutorial's commands make, as the stock client lists it", patience, async () => {
    const list = stockClient(bed.cloudsFile);
    const { name } = stage;
    const [server] = await list(
      'server list',
      z.array(z.object({ Name: z.string(), Status: z.string(), Image: z.string(), Flavor: z.string() })),
      name,
    );
    expect(server).toEqual({
      Name: `${name}_vm`,
      Status: 'ACTIVE',
      Image: 'Ubuntu-24.04',
      Flavor: 'standard.tiny',
    });
    const shown = await list(
      `server show ${name}_vm`,
      z.object({ key_name: z.string(), security_groups: z.unknown(), addresses: z.unknown() }),
    );
    expect(shown.key_name).toBe(`${name}_key`);
    expect(JSON.stringify(shown.security_groups)).toMatch(
      new RegExp(`default.*${name}_group|${name}_group.*default`),
    );
    const rules = await list(
      `security group rule list --ingress ${name}_group`,
      z.array(z.record(z.string(), z.unknown())),
    );
    expect(rules).toEqual([
      expect.objectContaining({ 'IP Protocol': 'tcp', 'IP Range': '198.51.100.7/32', 'Port Range': '22:22' }),
    ]);
    const instance = await list(`database instance show ${name}_db`, z.record(z.string(), z.unknown()));
    expect(instance).toMatchObject({ status: 'ACTIVE', datastore: 'postgresql', public: true, volume: 1 });
    const address = stage.proved.at(-1)?.address ?? '';
    expect(JSON.stringify(shown.addresses)).toContain(address);
    expect(JSON.stringify(instance['allowed_cidrs'])).toContain(`${address}/32`);
  });

  it('are told of, and mended, when somebody has changed them by hand', patience, async () => {
    const stack = stage.stack();
    const { clouds } = stage;
    const before = await observe(clouds, stack);
    const [group] = before.compute.groups;
    const [machine] = before.compute.machines;
    const [database] = before.database.instances;
    if (group === undefined || machine === undefined || database === undefined)
      throw new Error('nothing is there');
    await clouds.groups.addRule(group.id, {
      direction: 'ingress',
      protocol: 'tcp',
      ports: { from: 5432, to: 5432 },
      cidr: '203.0.113.0/24',
      description: '',
    });
    for (const rule of group.rules) if (rule.direction === 'ingress') await clouds.groups.deleteRule(rule.id);
    await clouds.compute.removeSecurityGroup(machine.id, group.id);
    // What the tutorial's own command does: it replaces the list, and un-publishes the instance.
    await clouds.databases.changeAccess(database.id, {
      remove: database.allowedCidrs,
      add: ['198.51.100.0/24'],
    });
    const found = await survey({ clouds, stack }, false);
    expect(changesOf(found)).toEqual([
      'create ssh-rule:198.51.100.7/32',
      expect.stringMatching(/^delete ssh-rule:surplus:/),
      'change membership:1',
      'change database-access',
    ]);
    await up(stage, stack);
    const after = await observe(clouds, stack);
    expect(changesOf(await survey({ clouds, stack }, false))).toEqual([]);
    // Somebody's network stays, beside ours.
    expect(after.database.instances[0]?.allowedCidrs).toContain('198.51.100.0/24');
    expect(after.compute.machines[0]?.id).toBe(machine.id);
  });

  it(
    'become two and one again, and the database is closed to the address that is given back',
    patience,
    async () => {
      await up(stage, stage.stack({ workers: 2 }));
      const two = await observe(stage.clouds, stage.stack({ workers: 2 }));
      expect(two.compute.machines.map(({ worker }) => worker).toSorted()).toEqual([1, 2]);
      const second = two.compute.floatingIps.find(({ worker }) => worker === 2)?.address;
      expect(two.database.instances[0]?.allowedCidrs).toContain(`${second ?? ''}/32`);
      await up(stage, stage.stack());
      const one = await observe(stage.clouds, stage.stack());
      expect(one.compute.machines).toHaveLength(1);
      expect(one.compute.floatingIps).toHaveLength(1);
      expect(one.database.instances[0]?.allowedCidrs).not.toContain(`${second ?? ''}/32`);
    },
  );

  it('go without a trace, and keep the database and data until told', patience, async () => {
    const stack = stage.stack();
    expect(await down(stage, stack, { buckets: false, database: false })).toEqual([]);
    const kept = await observe(stage.clouds, stack);
    expect(kept.compute).toMatchObject({ machines: [], floatingIps: [], groups: [] });
    expect(kept.compute.keypair).toBeUndefined();
    expect(kept.database.instances).toHaveLength(1);
    expect(kept.database.instances[0]?.allowedCidrs).toEqual(['198.51.100.0/24']);
    expect(await down(stage, stack, { buckets: true, database: true })).toEqual([]);
    const after = await observe(stage.clouds, stack);
    expect(after.database.instances).toEqual([]);
    const ours = (await stage.clouds.network.listFloatingIps()).filter(({ description }) =>
      description.includes(stage.name),
    );
    expect(ours).toEqual([]);
  });
});
