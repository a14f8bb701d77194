/** What holds for every service, as they were recorded. */
import { expect, test } from 'vitest';
import { openCompute } from '../../../src/cloud/services/compute/compute.ts';
import { openDatabases } from '../../../src/cloud/services/database/database.ts';
import { openEc2 } from '../../../src/cloud/services/identity/ec2.ts';
import { openNetwork } from '../../../src/cloud/services/network/network.ts';
import { openSecurityGroups } from '../../../src/cloud/services/network/securityGroups.ts';
import { failureOf } from '../failureOf.ts';
import { replay } from '../replay.ts';
import { anyOrder, databaseOrder } from './orders.ts';

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
