/** Nova, as it was recorded. */
import { expect, test } from 'vitest';
import { openCompute } from '../../../src/cloud/services/compute/compute.ts';
import { failureOf } from '../failureOf.ts';
import { replay, type Step } from '../replay.ts';
import { anyOrder } from './orders.ts';

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

test('used and allowed machines are told', async () => {
  const cloud = await replay([{ subject: 'compute', title: 'limits' }]);
  expect(await openCompute(cloud.open()).quota()).toEqual({
    instances: { used: 3, limit: 10 },
    cores: { used: 3, limit: 20 },
    ram: { used: 3000, limit: 51200 },
  });
});
