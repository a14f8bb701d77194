/** Neutron, as it was recorded. */
import { expect, test } from 'vitest';
import { databaseBehind } from '../../../src/cloud/services/network/answers.ts';
import { openNetwork } from '../../../src/cloud/services/network/network.ts';
import { openSecurityGroups } from '../../../src/cloud/services/network/securityGroups.ts';
import { failureOf } from '../failureOf.ts';
import { ids, recorded, replay, type Step } from '../replay.ts';

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
