/** The clients on the control planes that they are for: stock OpenStack, two of them, and a Ceph RGW with Keystone's keys. */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { openCompute } from '../../../src/cloud/services/compute/compute.ts';
import { publicAddressOf } from '../../../src/cloud/services/database/answers.ts';
import { openDatabases } from '../../../src/cloud/services/database/database.ts';
import { openEc2 } from '../../../src/cloud/services/identity/ec2.ts';
import { openImages } from '../../../src/cloud/services/image/images.ts';
import { databaseBehind } from '../../../src/cloud/services/network/answers.ts';
import { openNetwork } from '../../../src/cloud/services/network/network.ts';
import { openSecurityGroups } from '../../../src/cloud/services/network/securityGroups.ts';
import { systemCloudClock } from '../../../src/cloud/session/clock.ts';
import { type CloudSession, openSession } from '../../../src/cloud/session/session.ts';
import { type Look, waitUntil } from '../../../src/cloud/wait.ts';
import { findCloudLogin } from '../../../src/config/clouds/findLogin.ts';
import { lookAtFile, realPath } from '../../../src/config/surroundings.ts';
import { Secret } from '../../../src/image/secret.ts';
import { createBucket } from '../../../src/store/s3/bucket.ts';
import { failureOf } from '../../cloud/failureOf.ts';
import { longestStart, type OpenStackClouds, openStackClouds } from '../../servers/openstack.ts';

const desk = inject('clouds');

describe.skipIf(desk === null)('on real control planes', () => {
  let clouds: OpenStackClouds;
  beforeAll(async () => {
    if (desk !== null) clouds = await openStackClouds(desk);
  }, longestStart);

  const log = (name: string): CloudSession => {
    const env = { OS_CLIENT_CONFIG_FILE: clouds.cloudsFile };
    const around = { env, home: homedir(), cwd: '/', user: 'ada', look: lookAtFile, realPath };
    return openSession(findCloudLogin(name, around).login);
  };
  const until = <T>(what: string, look: () => Promise<Look<T>>): Promise<T> =>
    waitUntil({ what, limit: 160_000, every: 500, clock: systemCloudClock }, look);
  const mark = `kuva-${randomBytes(3).toString('hex')}`;

  test('a machine with a key, a group, a rule and an address is made, seen, and removed without a trace', async () => {
    const session = log('cpouta');
    const [compute, network, groups] = [
      openCompute(session),
      openNetwork(session),
      openSecurityGroups(session),
    ];
    const [image] = await openImages(session).findImages('Ubuntu-24.04');
    const flavor = (await compute.listFlavors()).find(({ name }) => name === 'standard.tiny');
    const networks = await network.listNetworks();
    const [own, external] = [networks.find((one) => !one.external), networks.find((one) => one.external)];
    const [router] = await network.listRouters();
    expect(router?.externalAddresses[0]).toMatch(/^127\.77\.0\./);
    if (image === undefined || flavor === undefined || own === undefined || external === undefined) {
      throw new Error('the cloud is not as it is made');
    }
    const before = await network.quota();

    const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJz0Jj4jz8m9wD4r5b9tqv6Ck3h1v1F0m9mJm0mW7x1a test';
    await compute.importKeypair(mark, publicKey);
    expect((await compute.getKeypair(mark))?.publicKey).toBe(publicKey);
    expect((await failureOf(compute.importKeypair(mark, publicKey))).code).toBe('cloud-conflict');

    const group = await groups.createGroup(mark, 'of a test');
    const order = {
      direction: 'ingress',
      protocol: 'tcp',
      ports: { from: 22, to: 22 },
      description: '',
    } as const;
    const rule = await groups.addRule(group.id, { ...order, cidr: '1.2.3.5/24' });
    expect(rule.cidr).toBe('1.2.3.0/24');
    expect((await groups.addRule(group.id, { ...order, cidr: '1.2.3.5/24' })).id).toBe(rule.id);

    const id = await compute.createServer({
      name: mark,
      flavorId: flavor.id,
      imageId: image.id,
      networkId: own.id,
      keyName: mark,
      securityGroups: [group.id],
      metadata: { 'kuva-stack': mark },
      userData: '#cloud-config\n',
    });
    const server = await until('the server', async () => {
      const found = await compute.getServer(id);
      return found?.status === 'ACTIVE' && found.addresses.length > 0
        ? { found }
        : { state: found?.status ?? 'gone' };
    });
    expect(server).toMatchObject({ metadata: { 'kuva-stack': mark }, keyName: mark, flavorId: flavor.id });
    expect(server.securityGroups).toEqual([mark]);
    await compute.addSecurityGroup(id, group.id);
    expect((await failureOf(groups.deleteGroup(group.id))).code).toBe('cloud-conflict');

    const [port] = await network.listPorts({ deviceId: id });
    const ip = await network.createFloatingIp({ networkId: external.id, description: mark });
    expect(await network.associateFloatingIp(ip.id, port?.id ?? '')).toMatchObject({ portId: port?.id });
    await network.associateFloatingIp(ip.id, port?.id ?? '');
    const stolen = await failureOf(
      network.associateFloatingIp(ip.id, '00000000-0000-4000-8000-000000000000'),
    );
    expect(stolen.code).toBe('cloud-conflict');
    expect((await network.quota()).floatingIps.used).toBe(before.floatingIps.used + 1);

    await compute.deleteServer(id);
    await until('the server to be gone', async () => {
      const found = await compute.getServer(id);
      return found === undefined ? { found: true } : { state: found.status };
    });
    await compute.deleteServer(id);
    await network.deleteFloatingIp(ip.id);
    await groups.deleteGroup(group.id);
    await compute.deleteKeypair(mark);
    expect(await network.quota()).toEqual(before);
  });

  test('an address that another machine took a moment ago is refused by the server itself', async () => {
    const session = log('cpouta');
    const network = openNetwork(session);
    const external = (await network.listNetworks()).find((one) => one.external);
    const ip = await network.createFloatingIp({ networkId: external?.id ?? '', description: mark });
    try {
      const stale = await session.send({
        service: 'network',
        method: 'PUT',
        path: `/floatingips/${ip.id}`,
        doing: 'trying a revision that has passed',
        headers: { 'if-match': `revision_number=${(ip.revision ?? 0) + 7}` },
        body: { floatingip: { description: 'taken' } },
        allow: [412],
      });
      expect(stale.status).toBe(412);
      expect((await network.getFloatingIp(ip.id))?.description).toBe(mark);
    } finally {
      await network.deleteFloatingIp(ip.id);
    }
  });

  test('a database keeps its public address and its other networks when one is let in', async () => {
    const session = log('pukki');
    const databases = openDatabases(session);
    const network = openNetwork(session);
    const flavor = (await databases.listFlavors()).find(({ name }) => name === 'standard.small');
    const datastore = (await databases.listDatastores()).find(({ name }) => name === 'postgresql');
    const version = datastore?.versions.find(({ id }) => id === datastore.defaultVersionId);
    const before = await databases.quota();
    const id = await databases.createInstance({
      name: mark,
      flavorId: flavor?.id ?? '',
      volumeSize: 1,
      datastore: { type: 'postgresql', version: version?.name ?? '' },
      database: 'pipeline_db',
      user: 'db_admin',
      password: new Secret(randomBytes(12).toString('hex')),
      allowedCidrs: ['192.0.2.1/32'],
    });
    expect((await failureOf(databases.deleteInstance(id))).code).toBe('cloud-conflict');
    expect((await databases.quota()).instances.used).toBe(before.instances.used + 1);
    const same = (await databases.listInstances()).filter(({ name }) => name === mark);
    expect(same.map((one) => one.id)).toEqual([id]);
    const made = await until('the database', async () => {
      const found = await databases.getInstance(id);
      return found?.operatingStatus === 'HEALTHY' ? { found } : { state: found?.status ?? 'gone' };
    });
    expect(made.allowedCidrs).toEqual(['192.0.2.1/32']);
    // Both at once: the server would lose the second.
    await Promise.all([
      databases.changeAccess(id, { add: ['198.51.100.7'] }),
      databases.changeAccess(id, { add: ['203.0.113.0/24'], remove: ['192.0.2.1'] }),
    ]);
    const changed = await databases.getInstance(id);
    expect(changed?.allowedCidrs).toEqual(['198.51.100.7/32', '203.0.113.0/24']);
    expect(changed && publicAddressOf(changed)).toBeDefined();
    expect((await network.listFloatingIps()).map(databaseBehind)).toContain(id);

    await databases.deleteInstance(id);
    await until('the database to be gone', async () => {
      const found = await databases.getInstance(id);
      return found === undefined ? { found: true } : { state: found.status };
    });
    expect((await network.listFloatingIps()).map(databaseBehind)).not.toContain(id);
  });

  test('the Keystone of machines, asked for a database, is named as the wrong one', async () => {
    const failure = await failureOf(openDatabases(log('cpouta')).listInstances());
    expect(failure.code).toBe('cloud-service-missing');
    expect(failure.message).toContain('databases have one of their own');
  });

  test('S3 keys of a password login open the object store; an application credential gets none', async () => {
    const ec2 = openEc2(log('cpouta'));
    const { accessKeyId, secretAccessKey } = await ec2.createKeys();
    const keys = { accessKeyId, secretAccessKey: secretAccessKey.reveal() };
    await createBucket({ endpoint: new URL(clouds.s3Endpoint), region: 'us-east-1', ...keys }, mark);
    await ec2.deleteKeys(accessKeyId);
    expect((await ec2.listKeys()).map((one) => one.accessKeyId)).not.toContain(accessKeyId);
    const credential = openEc2(log('cpouta-appcred'));
    expect((await failureOf(credential.createKeys())).message).toBe(
      'The cloud refused making S3 keys: an application credential may not make or read S3 keys, not even an unrestricted one (HTTP 403, Forbidden): “You are not authorized to perform the requested action: Delegated tokens cannot access credentials directly.”',
    );
    expect(credential.obstacle()?.code).toBe('cloud-denied');
  });

  test('what belongs to another project is not there', async () => {
    const compute = openCompute(log('cpouta-other'));
    expect(await compute.listServers()).toEqual([]);
    expect(await compute.getServer('00000000-0000-4000-8000-000000000000')).toBeUndefined();
  });

  test('the clocks of this machine and of the cloud are compared', async () => {
    // Both are this machine's.
    expect(Math.abs(await log('cpouta').clockAhead())).toBeLessThan(1000);
  });
});
