import { expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/image/secret.ts';
import { openCompute } from '../../src/cloud/services/compute/compute.ts';
import { openDatabases } from '../../src/cloud/services/database/database.ts';
import { failureOf } from './failureOf.ts';
import { recorded, replay } from './replay.ts';

const servers = { subject: 'compute', title: 'servers, detail' } as const;
const flavors = { subject: 'compute', title: 'flavors, detail', path: '/v2.1/flavors/detail' } as const;
const limits = { subject: 'compute', title: 'limits' } as const;

const token = {
  method: 'POST',
  path: '/v3/auth/tokens',
  status: 201,
  body: recorded('identity', 'token').body,
};

test('a password login asks for its project, and the token goes with every request', async () => {
  const cloud = await replay([servers]);
  const session = cloud.open();
  expect(await openCompute(session).listServers()).toHaveLength(1);
  expect(cloud.heard[0]?.sent).toEqual({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'member', domain: { name: 'Default' }, password: 'secret' } },
      },
      scope: { project: { name: 'project_2001234', domain: { name: 'Default' } } },
    },
  });
  expect(cloud.heard[1]?.headers['x-auth-token']).toBe('token-1');
  expect(await session.identity()).toMatchObject({ userName: 'member', projectName: 'project_2001234' });
  cloud.done();
});

test('an application credential asks for no project, since it has one', async () => {
  const cloud = await replay(
    [
      {
        subject: 'identity',
        title: 'application credential',
        sent: {
          auth: {
            identity: {
              methods: ['application_credential'],
              application_credential: { id: 'abc', secret: 'key' },
            },
          },
        },
      },
    ],
    true,
  );
  const session = cloud.open(
    {},
    {
      auth: { method: 'application-credential', credential: { id: 'abc' }, secret: new Secret('key') },
    },
  );
  expect((await session.identity()).projectName).toBe('project_2001234');
  cloud.done();
});

test('a wrong password is told with the three things that Keystone does not tell apart', async () => {
  const { body, status } = recorded('identity', 'wrong password');
  const cloud = await replay([{ method: 'POST', path: '/v3/auth/tokens', status, body }], true);
  const failure = await failureOf(cloud.open().identity());
  expect(failure.code).toBe('cloud-denied');
  expect(failure.message).toContain('the user, the password or the project is wrong');
  expect(failure.remedy).toContain('project_2001234');
});

test('a token that is refused is renewed once, and the request repeated', async () => {
  const cloud = await replay([
    { ...servers, status: 401, body: recorded('identity', 'invalid token at compute').body },
    token,
    servers,
  ]);
  expect(await openCompute(cloud.open()).listServers()).toHaveLength(1);
  expect(cloud.heard.map(({ headers }) => headers['x-auth-token'])).toEqual([
    undefined,
    'token-1',
    undefined,
    'token-3',
  ]);
  cloud.done();
});

test('a token is renewed before it ends', async () => {
  const cloud = await replay([limits, limits, token, limits]);
  const session = cloud.open();
  const compute = openCompute(session);
  await compute.quota();
  await cloud.clock.pause(57 * 60_000);
  await compute.quota();
  await cloud.clock.pause(2 * 60_000);
  await compute.quota();
  cloud.done();
});

test('many requests at once log in once', async () => {
  const cloud = await replay([limits, limits, limits]);
  const compute = openCompute(cloud.open());
  await Promise.all([compute.quota(), compute.quota(), compute.quota()]);
  cloud.done();
});

test('who is logged in to the Keystone of machines and asks for a database is told of the other Keystone', async () => {
  const tokenSchema = z.looseObject({ catalog: z.array(z.looseObject({ type: z.string() })) });
  const answer = z.object({ token: tokenSchema }).parse(token.body);
  const catalog = answer.token.catalog.filter(({ type }) => type !== 'database');
  const cloud = await replay([{ ...token, body: { token: { ...answer.token, catalog } } }], true);
  const failure = await failureOf(openDatabases(cloud.open()).listInstances());
  expect(failure.code).toBe('cloud-service-missing');
  expect(failure.message).toContain('databases have one of their own');
  expect(failure.remedy).toContain('pukki.dbaas.csc.fi');
});

test('a wrong region is told with the ones that there are', async () => {
  const cloud = await replay([]);
  const failure = await failureOf(openDatabases(cloud.open({}, { region: 'regionTwo' })).listInstances());
  expect(failure.message).toContain('it has one elsewhere: regionOne');
});

test('what may be done twice is tried again after 503 and a lost connection, with growing pauses', async () => {
  const cloud = await replay([{ ...flavors, status: 503, body: '' }, { ...flavors, cut: true }, flavors]);
  expect(await openCompute(cloud.open()).listFlavors()).toHaveLength(4);
  expect(cloud.pauses).toEqual([1000, 2000]);
  cloud.done();
});

test('a fault of Trove’s own, which it calls a bad request, is asked about again', async () => {
  const fault = { badRequest: { code: 400, message: 'An unknown exception occurred' } };
  const cloud = await replay([{ ...flavors, status: 400, body: fault }, flavors]);
  expect(await openCompute(cloud.open()).listFlavors()).toHaveLength(4);
  cloud.done();
});

test('an order for a server is not sent twice when its answer is lost', async () => {
  const cloud = await replay([{ method: 'POST', path: '/v2.1/servers', cut: true }]);
  const order = {
    name: 'vm',
    flavorId: 'f',
    imageId: 'i',
    networkId: 'n',
    keyName: 'k',
    securityGroups: [],
    metadata: {},
    userData: '',
  };
  const failure = await failureOf(openCompute(cloud.open()).createServer(order));
  expect(failure.code).toBe('cloud-unreachable');
  expect(failure.data).toContain('It is not known whether it did it');
  cloud.done();
});

test('a service that asks for patience gets as much as it asks for, within a minute', async () => {
  const cloud = await replay([{ ...limits, status: 429, headers: { 'retry-after': '7' } }, limits]);
  await openCompute(cloud.open()).quota();
  expect(cloud.pauses).toEqual([7000]);
  cloud.done();
});

test('a fault of the service itself is not asked for again', async () => {
  const cloud = await replay([
    { ...limits, status: 500, body: { computeFault: { code: 500, message: 'Unexpected API Error.' } } },
  ]);
  expect((await failureOf(openCompute(cloud.open()).quota())).message).toContain(
    'it has a fault of its own (HTTP 500, computeFault)',
  );
  cloud.done();
});

test('a redirect is not followed: it would hand over the token', async () => {
  const cloud = await replay([{ ...limits, status: 302, headers: { location: 'http://127.0.0.1:9/' } }]);
  expect((await failureOf(openCompute(cloud.open()).quota())).code).toBe('cloud-protocol');
  cloud.done();
});

test('an answer that is none is told as such', async () => {
  const cloud = await replay([{ ...limits, body: { limits: {} } }]);
  expect((await failureOf(openCompute(cloud.open()).quota())).message).toContain(
    'makes no sense: limits.absolute',
  );
});

test('a request ends when the command is stopped', async () => {
  const cloud = await replay([]);
  const session = cloud.open({ signal: AbortSignal.abort(new Error('Ctrl-C')) });
  expect((await failureOf(session.identity())).code).toBe('interrupted');
}, 10_000);

test('a clock that is off is noticed by the time of the token', async () => {
  const answer = z.object({ token: z.looseObject({}) }).parse(token.body);
  const issued_at = new Date(Date.now() + 1_000_000).toISOString();
  const cloud = await replay([{ ...token, body: { token: { ...answer.token, issued_at } } }], true);
  const ahead = await cloud.open().clockAhead();
  expect(ahead).toBeLessThan(-900_000);
  expect(ahead).toBeGreaterThanOrEqual(-1_000_000);
  cloud.done();
});

test('clocks that agree differ by nothing', async () => {
  const cloud = await replay([]);
  expect(await cloud.open().clockAhead()).toBeLessThan(1000);
});
