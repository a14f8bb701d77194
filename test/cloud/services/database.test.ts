/** Trove, as it was recorded. */
import { expect, test } from 'vitest';
import { publicAddressOf } from '../../../src/cloud/services/database/answers.ts';
import { openDatabases } from '../../../src/cloud/services/database/database.ts';
import { failureOf } from '../failureOf.ts';
import { recorded, replay, type Step } from '../replay.ts';
import { databaseOrder } from './orders.ts';

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
