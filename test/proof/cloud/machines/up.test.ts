import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { survey } from '../../../../src/cli/cloud/survey.ts';
import { observe } from '../../../../src/cloud/observe.ts';
import { blockersOf } from '../../../../src/cloud/plan.ts';
import { KuvaError } from '../../../../src/image/failure.ts';
import { type Bed, bedTimeout, openBed, withBed } from './bed.ts';
import { killAtFirstChange } from './killer.ts';
import { stockClient, stockCommand } from './stockClient.ts';
import { changesOf, down, openClouds, openStage, type Stage, up } from './stage.ts';

/** Control planes take their time on a small machine that does other things too. */
const patience = { timeout: 600_000 };

withBed('the machines of a pipeline', () => {
  let bed: Bed;
  let stage: Stage;
  beforeAll(async () => {
    bed = await openBed();
    stage = await openStage(bed);
  }, bedTimeout);
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  afterAll(async () => {
    await down(stage, stage.stack(), { buckets: true, database: true });
    await stage.end();
  }, bedTimeout);

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

withBed("what the tutorial's commands made by hand", () => {
  let bed: Bed;
  let stage: Stage;
  beforeAll(async () => {
    bed = await openBed();
    stage = await openStage(bed);
  }, bedTimeout);
  afterAll(async () => {
    await down(stage, stage.stack(), { buckets: true, database: true });
    await stage.end();
  }, bedTimeout);

  it(
    'is in the way, and taken over when asked: the machine is made anew, all else stays',
    patience,
    async () => {
      const { name, clouds } = stage;
      const stack = stage.stack();
      const openstack = stockCommand(bed.cloudsFile);
      await openstack(`security group create ${name}_group`);
      await openstack(
        `security group rule create --remote-ip 198.51.100.7/32 --dst-port 22 --protocol tcp ${name}_group`,
      );
      await openstack(
        `server create --flavor standard.tiny --image Ubuntu-24.04 --network ${await ownNetwork(bed)} --security-group ${name}_group --wait ${name}_vm`,
      );
      const address = (await openstack('floating ip create public -f value -c floating_ip_address')).trim();
      await openstack(`server add floating ip ${name}_vm ${address}`);
      await openstack(
        `database instance create ${name}_db --flavor standard.small --size 1 --databases pipeline_db --users db_admin:byhand --datastore postgresql --is-public --allowed-cidr 203.0.113.0/24`,
      );
      const before = await observe(clouds, stack);
      await expect(up(stage, stack)).rejects.toThrow(
        new RegExp(`In the way: security group ${name}_group.*machine ${name}_vm.*database ${name}_db`),
      );
      // What the page asks for: the password of the database that is there.
      await writeFile(path.join(clouds.secrets.folder, 'database_password'), 'byhand\n', { mode: 0o600 });
      await up(stage, stack, { adopt: true });
      const after = await observe(clouds, stack);
      expect(changesOf(await survey({ clouds, stack }, false))).toEqual([]);
      expect(after.compute.groups.map(({ id, owned }) => [id, owned])).toEqual([
        [before.compute.groups[0]?.id, true],
      ]);
      expect(after.compute.floatingIps).toMatchObject([{ address, owned: true, worker: 1 }]);
      expect(after.compute.machines).toMatchObject([{ name: `${name}_vm`, owned: true, status: 'ACTIVE' }]);
      expect(after.compute.machines[0]?.id).not.toBe(before.compute.machines[0]?.id);
      expect(after.database.instances[0]?.id).toBe(before.database.instances[0]?.id);
      expect(after.database.instances[0]?.allowedCidrs.toSorted()).toEqual(
        [`${address}/32`, '203.0.113.0/24'].toSorted(),
      );
      expect(stage.proved.at(-1)).toMatchObject({ worker: 1, address });
    },
  );
});

withBed('what cannot be made', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(await openBed());
  }, bedTimeout);
  afterAll(async () => {
    await down(stage, stage.stack({ compute: { name: 'lab-fail-vm' } }), { buckets: true, database: true });
    await stage.end();
  }, bedTimeout);

  it('is refused before anything is made when a quota is too small', patience, async () => {
    const stack = stage.stack({ workers: 50 });
    await expect(up(stage, stack)).rejects.toThrow(/The quota is too small:.*50 needed/);
    const { compute, database } = await observe(stage.clouds, stack);
    expect([compute.machines, compute.floatingIps, compute.groups, database.instances]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('is refused when the cloud has no such flavor, and told what there is', patience, async () => {
    const failure = await up(stage, stage.stack({ compute: { flavor: 'standard.huge' } })).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(KuvaError);
    expect(failure).toMatchObject({ code: 'cloud-missing' });
    expect(failure instanceof KuvaError && failure.remedy).toContain('standard.tiny');
  });

  it('is told of with its reason when a machine ends in ERROR, and cleaned up', patience, async () => {
    const stack = stage.stack({ compute: { name: 'lab-fail-vm' } });
    await expect(up(stage, stack)).rejects.toThrow(/lab-fail-vm ended in ERROR/);
    const { compute } = await observe(stage.clouds, stack);
    expect(compute.machines.filter(({ status }) => status !== 'DELETED')).toEqual([]);
  });

  it('is kept to look at when asked', patience, async () => {
    const stack = stage.stack({ compute: { name: 'lab-fail-vm' } });
    await expect(up(stage, stack, { keepFailed: true })).rejects.toThrow(/ended in ERROR/);
    const { compute } = await observe(stage.clouds, stack);
    expect(compute.machines).toMatchObject([{ status: 'ERROR', owned: true }]);
    const found = await survey({ clouds: stage.clouds, stack }, false);
    expect(changesOf(found)).toContain('replace machine:1');
  });
});

withBed('a database that cannot be made', () => {
  const form = { database: { instance: 'lab-fail-db' } };
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(await openBed());
  }, bedTimeout);
  afterAll(async () => {
    await down(stage, stage.stack(form), { buckets: true, database: true });
    await stage.end();
  }, bedTimeout);

  it('is told of with its reason when it ends in ERROR, and cleaned up', patience, async () => {
    const stack = stage.stack(form);
    await expect(up(stage, stack)).rejects.toThrow(/The database lab-fail-db ended in ERROR/);
    await vi.waitFor(
      async () => {
        expect((await observe(stage.clouds, stack)).database.instances).toEqual([]);
      },
      { timeout: 300_000, interval: 1000 },
    );
  });

  it('is kept to look at when asked, until `down` takes it away', patience, async () => {
    const stack = stage.stack(form);
    await expect(up(stage, stack, { keepFailed: true })).rejects.toThrow(/lab-fail-db ended in ERROR/);
    const { plan } = await survey({ clouds: stage.clouds, stack }, false);
    expect(blockersOf(plan).map(({ id, why }) => `${id}: ${why}`)).toEqual([
      expect.stringMatching(/^database: it is in ERROR/),
    ]);
    expect(await down(stage, stack, { buckets: true, database: true })).toEqual([]);
    expect((await observe(stage.clouds, stack)).database.instances).toEqual([]);
  });
});

/** The one that the machines of the project are in. */
async function ownNetwork({ cloudsFile }: Bed): Promise<string> {
  const network = z.array(z.object({ ID: z.string(), Name: z.string() }));
  const [one] = await stockClient(cloudsFile)('network list --internal', network);
  return one?.ID ?? '';
}
