import { expect, test } from 'vitest';
import { Secret } from '../../src/image/secret.ts';
import { openCompute } from '../../src/cloud/services/compute/compute.ts';
import { publicAddressOf } from '../../src/cloud/services/database/answers.ts';
import { openDatabases } from '../../src/cloud/services/database/database.ts';
import { openEc2 } from '../../src/cloud/services/identity/ec2.ts';
import { openImages } from '../../src/cloud/services/image/images.ts';
import { databaseBehind } from '../../src/cloud/services/network/answers.ts';
import { openNetwork } from '../../src/cloud/services/network/network.ts';
import { openSecurityGroups } from '../../src/cloud/services/network/securityGroups.ts';
import { failureOf } from './failureOf.ts';
import { ids, recorded, replay, type Step } from './replay.ts';

const anyOrder = {
  name: 'rawvm',
  flavorId: 'f',
  imageId: 'i',
  networkId: 'n',
  keyName: 'k',
  securityGroups: ['g'],
  metadata: { owner: 'kuva' },
  userData: '#cloud-config\n',
};

test('a server is read with its addresses, groups and flavor', async () => {
  const cloud = await replay([{ subject: 'compute', title: 'server with a floating ip' }]);
  const server = await openCompute(cloud.open()).getServer('187925df-5185-46e8-aa47-822df0ee5159');
  expect(server).toMatchObject({
    name: 'pipeline_vm',
    status: 'ACTIVE',
    keyName: 'mykeypair',
    securityGroups: ['default', 'pipeline_security_group'],
    addresses: [
      { address: '192.168.1.129', kind: 'fixed' },
      { address: '127.77.0.145', kind: 'floating' },
    ],
  });
  cloud.done();
});

test('a server that is not there is nothing, not an error', async () => {
  const cloud = await replay([{ subject: 'compute', title: 'show, not a uuid' }]);
  expect(await openCompute(cloud.open()).getServer('nope')).toBeUndefined();
});

test('a server in ERROR says why', async () => {
  const cloud = await replay([{ subject: 'compute', title: 'show, ERROR: fault' }]);
  const server = await openCompute(cloud.open()).getServer('28bac17f-9776-4499-952d-2c26117b3cc4');
  expect(server?.status).toBe('ERROR');
  expect(server?.fault).toContain('No valid host');
});

test('an order for a server names its network, and sends the user data in base64', async () => {
  const sent = {
    server: {
      name: 'rawvm',
      flavorRef: 'f',
      imageRef: 'i',
      key_name: 'k',
      networks: [{ uuid: 'n' }],
      security_groups: [{ name: 'g' }],
      metadata: { owner: 'kuva' },
      user_data: 'I2Nsb3VkLWNvbmZpZwo=',
    },
  };
  const cloud = await replay([{ subject: 'compute', title: 'create', sent }]);
  expect(await openCompute(cloud.open()).createServer(anyOrder)).toBe('53b4eb28-8035-417a-8f78-6b6c91a58729');
  expect(cloud.heard[1]?.headers['openstack-api-version']).toBe('compute 2.1');
  cloud.done();
});

test('adding a group that a server has is fine, and adding one that it cannot have is not', async () => {
  const server = '53b4eb28-8035-417a-8f78-6b6c91a58729';
  const again: Step = { subject: 'compute', title: 'addSecurityGroup, again' };
  const cloud = await replay([again, { subject: 'compute', title: 'addSecurityGroup while building' }]);
  const compute = openCompute(cloud.open());
  await compute.addSecurityGroup(server, 'rawsg');
  expect((await failureOf(compute.addSecurityGroup(server, 'rawsg'))).code).toBe('cloud-missing');
});

test('what is deleted twice is gone', async () => {
  const cloud = await replay([
    { subject: 'network', title: 'server, delete again' },
    { subject: 'compute', title: 'keypair delete, again' },
    { subject: 'network', title: 'floating ip, delete again' },
    { subject: 'network', title: 'rule, delete again' },
    { subject: 'database', title: 'delete again' },
    { subject: 'identity', title: 'ec2 credential, delete again' },
  ]);
  const session = cloud.open();
  await openCompute(session).deleteServer('53b4eb28-8035-417a-8f78-6b6c91a58729');
  await openCompute(session).deleteKeypair('rawkey');
  await openNetwork(session).deleteFloatingIp('3bb093dd-e0e6-4efa-b1bb-e43870b5dc9d');
  await openSecurityGroups(session).deleteRule('f3b7e705-5e41-4b7f-b9ea-0da757761504');
  await openDatabases(session).deleteInstance('39f5e1f8-79d7-427d-acac-addf4d466f89');
  await openEc2(session).deleteKeys('067eda0136024230a074d21470439ba5');
  cloud.done();
});

test.each([
  [
    'compute',
    'quota exceeded: cores',
    'Quota exceeded for cores: Requested 1, but already used 3 of 1 cores',
  ],
  ['network', 'quota exceeded: floating ip', "Quota exceeded for resources: ['floatingip']."],
  ['database', 'quota exceeded: instances', "Quota exceeded for resources: ['instances']."],
] as const)('a full quota of %s is told as such, in its own words too', async (subject, title, words) => {
  const cloud = await replay([{ subject, title, anySent: true }]);
  const session = cloud.open();
  const orders = {
    compute: () => openCompute(session).createServer(anyOrder),
    network: () => openNetwork(session).createFloatingIp({ networkId: 'n', description: '' }),
    database: () => openDatabases(session).createInstance(databaseOrder),
  };
  const failure = await failureOf(orders[subject]());
  expect(failure.code).toBe('cloud-quota');
  expect(failure.message).toContain(words);
  expect(failure.remedy).toContain('larger quota');
  cloud.done();
});

test('used and allowed machines are told', async () => {
  const cloud = await replay([{ subject: 'compute', title: 'limits' }]);
  expect(await openCompute(cloud.open()).quota()).toEqual({
    instances: { used: 3, limit: 10 },
    cores: { used: 3, limit: 20 },
    ram: { used: 3000, limit: 51200 },
  });
});

test('images are found by their exact name, and an HTML page is read where there is none', async () => {
  const cloud = await replay([
    { subject: 'image', title: 'images by name', path: '/v2/images?limit=1000&name=Ubuntu-24.04' },
    { subject: 'image', title: 'unknown image', path: '/v2/images?limit=1000' },
  ]);
  const images = openImages(cloud.open());
  expect(await images.findImages('Ubuntu-24.04')).toMatchObject([
    { status: 'active', distribution: 'ubuntu' },
  ]);
  const failure = await failureOf(images.listImages());
  expect(failure.message).toContain('(HTTP 404, Not Found): “No image found with ID nope”');
});

test('S3 keys come as secrets, and only those of the own project', async () => {
  const cloud = await replay([
    { subject: 'identity', title: 'ec2 credential, create' },
    { subject: 'identity', title: 'ec2 credential, list' },
  ]);
  const ec2 = openEc2(cloud.open());
  const keys = await ec2.createKeys();
  expect(keys.accessKeyId).toBe('067eda0136024230a074d21470439ba5');
  expect(JSON.stringify(keys)).toContain('(hidden)');
  expect(await ec2.listKeys()).toHaveLength(1);
  expect(ec2.obstacle()).toBeUndefined();
});

test('an application credential that is to make S3 keys is stopped with the way out', async () => {
  const cloud = await replay([{ subject: 'identity', title: 'ec2 credential, by application credential' }]);
  const failure = await failureOf(openEc2(cloud.open()).createKeys());
  expect(failure.message).toContain('not even an unrestricted one');
  const auth = {
    method: 'application-credential',
    credential: { id: 'a' },
    secret: new Secret('b'),
  } as const;
  expect(openEc2(cloud.open({}, { auth })).obstacle()?.code).toBe('cloud-denied');
});

test('the floating IP of a database is known as one', async () => {
  const title = 'floating ips with one of a database';
  const cloud = await replay([
    { subject: 'network', title, path: `/v2.0/floatingips?project_id=${ids.project}` },
  ]);
  const found = await openNetwork(cloud.open()).listFloatingIps();
  expect(found.map(databaseBehind)).toContain('e0680ee6-e1b8-4a27-8b5c-e42fb9b074d1');
});

const floatingIp = '3bb093dd-e0e6-4efa-b1bb-e43870b5dc9d';
const port = '4f0f1aa5-a7a9-4d6d-9361-9cd34e9bd6b0';
const free: Step = { subject: 'network', title: 'floating ip survives its server' };
const taken: Step = { subject: 'network', title: 'floating ip, show' };

test('a free floating IP is given to a port for the revision that was seen', async () => {
  const cloud = await replay([free, { subject: 'network', title: 'floating ip, associate' }, taken]);
  const given = await openNetwork(cloud.open()).associateFloatingIp(floatingIp, port);
  expect(given).toMatchObject({ portId: port, address: '127.77.0.206' });
  expect(cloud.heard[2]?.headers['if-match']).toMatch(/^revision_number=\d+$/);
  cloud.done();
});

test('a floating IP in use is taken from nobody, even when it was taken in that very moment', async () => {
  const cloud = await replay([
    taken,
    free,
    {
      subject: 'network',
      title: 'floating ip, associate',
      status: 412,
      body: '',
      sent: { floatingip: { port_id: 'mine' } },
    },
    taken,
  ]);
  const network = openNetwork(cloud.open());
  const first = await failureOf(network.associateFloatingIp(floatingIp, 'mine'));
  expect(first.message).toContain('is in use by port 4f0f1aa5');
  const second = await failureOf(network.associateFloatingIp(floatingIp, 'mine'));
  expect(second.code).toBe('cloud-conflict');
  cloud.done();
});

test('a rule that is there already is given back', async () => {
  const created = recorded('network', 'rule, create');
  const cloud = await replay([
    { subject: 'network', title: 'rule, create, duplicate', anySent: true },
    {
      method: 'GET',
      path: '/v2.0/security-group-rules/f3b7e705-5e41-4b7f-b9ea-0da757761504',
      body: created.body,
    },
  ]);
  const order = {
    direction: 'ingress',
    protocol: 'tcp',
    ports: { from: 22, to: 22 },
    cidr: '1.2.3.4/32',
    description: '',
  } as const;
  const rule = await openSecurityGroups(cloud.open()).addRule('cdb6d688-4540-48a0-99c1-40e88ae95b79', order);
  expect(rule).toMatchObject({ cidr: '1.2.3.4/32', ports: { from: 22, to: 22 }, protocol: 'tcp' });
  cloud.done();
});

test('a group that a port still uses is a conflict, not a success', async () => {
  const cloud = await replay([{ subject: 'network', title: 'group in use' }]);
  const group = '8f7b6d98-70c7-4301-9380-05a3dd6438e7';
  expect((await failureOf(openSecurityGroups(cloud.open()).deleteGroup(group))).code).toBe('cloud-conflict');
});

test('the quota of networks is what is there against what is allowed', async () => {
  const of = (list: string, key: string, count: number): Step => ({
    method: 'GET',
    path: `/v2.0/${list}?project_id=${ids.project}&fields=id`,
    body: { [key]: Array.from({ length: count }, (_, number) => ({ id: String(number) })) },
  });
  const cloud = await replay([
    { subject: 'network', title: 'quota' },
    of('floatingips', 'floatingips', 2),
    of('security-groups', 'security_groups', 3),
    of('security-group-rules', 'security_group_rules', 9),
    of('ports', 'ports', 4),
  ]);
  expect(await openNetwork(cloud.open()).quota()).toEqual({
    floatingIps: { used: 2, limit: 50 },
    securityGroups: { used: 3, limit: 10 },
    rules: { used: 9, limit: 100 },
    ports: { used: 4, limit: 500 },
  });
});

const databaseOrder = {
  name: 'rawdb',
  flavorId: 'bf23a621-b66e-4cdd-bdbb-5ea6e5c6f1f5',
  volumeSize: 1,
  datastore: { type: 'postgresql', version: '17.2' },
  database: 'mydb',
  user: 'dbuser',
  password: new Secret('topsecret'),
  allowedCidrs: ['1.2.3.4/32'],
} as const;

test('an order for a database says who may connect', async () => {
  const sent = {
    instance: {
      name: 'rawdb',
      flavorRef: 'bf23a621-b66e-4cdd-bdbb-5ea6e5c6f1f5',
      volume: { size: 1 },
      datastore: { type: 'postgresql', version: '17.2' },
      databases: [{ name: 'mydb' }],
      users: [{ name: 'dbuser', password: 'topsecret', databases: [{ name: 'mydb' }] }],
      access: { is_public: true, allowed_cidrs: ['1.2.3.4/32'] },
    },
  };
  const cloud = await replay([{ subject: 'database', title: 'create', sent }]);
  expect(await openDatabases(cloud.open()).createInstance(databaseOrder)).toBe(
    '39f5e1f8-79d7-427d-acac-addf4d466f89',
  );
  cloud.done();
});

const database = 'e0680ee6-e1b8-4a27-8b5c-e42fb9b074d1';
const shown: Step = { subject: 'database', title: 'after both: public again' };
const opened = '127.77.0.145/32';

function withAccess(
  cidrs: readonly string[],
  operating_status = 'HEALTHY',
  title = 'after both: public again',
): Step {
  const { instance } = instanceOf(title);
  return {
    ...shown,
    body: { instance: { ...instance, operating_status, access: { is_public: true, allowed_cidrs: cidrs } } },
  };
}

function instanceOf(title: string): { instance: object } {
  const { body } = recorded('database', title);
  if (typeof body !== 'object' || body === null || !('instance' in body)) throw new Error('no instance');
  if (typeof body.instance !== 'object' || body.instance === null) throw new Error('no instance');
  return { instance: body.instance };
}

test('who may connect is merged, sent with is_public, and waited for until both are in force', async () => {
  const wanted = [opened, '5.6.7.8/32'];
  const cloud = await replay([
    shown,
    {
      subject: 'database',
      title: 'update of both',
      sent: { instance: { access: { is_public: true, allowed_cidrs: wanted } } },
    },
    withAccess([opened], ''),
    withAccess(wanted, '', 'after allowed_cidrs alone: no public address'),
    withAccess(wanted),
  ]);
  const changed = await openDatabases(cloud.open()).changeAccess(database, { add: ['5.6.7.8'] });
  expect(changed.allowedCidrs).toEqual(wanted);
  expect(publicAddressOf(changed)).toBe('127.77.0.69');
  expect(cloud.pauses).toEqual([1000, 1000]);
  cloud.done();
});

test('nothing is sent when an address may connect already', async () => {
  const cloud = await replay([shown]);
  await openDatabases(cloud.open()).changeAccess(database, { add: ['127.77.0.145'] });
  cloud.done();
});

test('an instance without its public address gets it back', async () => {
  const cloud = await replay([
    { subject: 'database', title: 'after allowed_cidrs alone: no public address' },
    {
      subject: 'database',
      title: 'update of both',
      sent: { instance: { access: { is_public: true, allowed_cidrs: [opened] } } },
    },
    shown,
  ]);
  expect(publicAddressOf(await openDatabases(cloud.open()).changeAccess(database, { add: [opened] }))).toBe(
    '127.77.0.69',
  );
  cloud.done();
});

test('two changes at once go one after the other, since the server would lose the second', async () => {
  const [one, both] = [
    [opened, '1.1.1.1/32'],
    [opened, '1.1.1.1/32', '2.2.2.2/32'],
  ];
  const cloud = await replay([
    shown,
    {
      subject: 'database',
      title: 'update of both',
      sent: { instance: { access: { is_public: true, allowed_cidrs: one } } },
    },
    withAccess(one),
    withAccess(one),
    {
      subject: 'database',
      title: 'update of both',
      sent: { instance: { access: { is_public: true, allowed_cidrs: both } } },
    },
    withAccess(both),
  ]);
  const databases = openDatabases(cloud.open());
  await Promise.all([
    databases.changeAccess(database, { add: ['1.1.1.1/32'] }),
    databases.changeAccess(database, { add: ['2.2.2.2/32'] }),
  ]);
  cloud.done();
});

test('an update that never comes into force is given up with what it waited for', async () => {
  const stuck = Array.from({ length: 302 }, () => withAccess([opened], ''));
  const cloud = await replay([
    shown,
    { subject: 'database', title: 'update of both', anySent: true },
    ...stuck,
  ]);
  const failure = await failureOf(
    openDatabases(cloud.open()).changeAccess(database, { add: ['5.6.7.8/32'] }),
  );
  expect(failure.code).toBe('cloud-timeout');
  expect(failure.message).toContain('to let in 127.77.0.145/32, 5.6.7.8/32; the last state was ACTIVE');
});

test('a database in ERROR is told with its fault', async () => {
  const cloud = await replay([{ subject: 'database', title: 'show, failed' }]);
  const id = '2c380f6b-1555-4bbb-a6fa-c58000bc796e';
  const failure = await failureOf(openDatabases(cloud.open()).changeAccess(id, { add: ['5.6.7.8/32'] }));
  expect(failure.code).toBe('cloud-failed');
  expect(failure.message).toContain('failed to spawn');
});

test('a database that is building cannot be deleted, and says so', async () => {
  const cloud = await replay([{ subject: 'database', title: 'delete while building' }]);
  const failure = await failureOf(
    openDatabases(cloud.open()).deleteInstance('39f5e1f8-79d7-427d-acac-addf4d466f89'),
  );
  expect(failure.code).toBe('cloud-conflict');
  expect(failure.message).toContain('Status is BUILD');
});

test('the quota of databases counts the instances that are there', async () => {
  const cloud = await replay([
    { subject: 'database', title: 'list' },
    { subject: 'database', title: 'flavors of trove' },
    { subject: 'database', title: 'limits of trove' },
  ]);
  expect(await openDatabases(cloud.open()).quota()).toEqual({
    instances: { used: 1, limit: 10 },
    volumes: { used: 1, limit: 40 },
    ram: { used: 2000, limit: Infinity },
  });
});
