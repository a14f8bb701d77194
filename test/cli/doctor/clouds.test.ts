import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkClouds, type CloudsToCheck } from '../../../src/cli/doctor/clouds.ts';
import { ids, recorded, replay, type Replay, type Step } from '../../cloud/replay.ts';
import { makeAround } from '../../config/around.ts';

const look: CloudsToCheck = {
  compute: 'cpouta',
  database: 'pukki',
  s3: 'cpouta',
  instance: 'pipeline_db_instance',
  hasS3Keys: true,
};

const token: Step = {
  method: 'POST',
  path: '/v3/auth/tokens',
  status: 201,
  body: recorded('identity', 'token').body,
};

const tokenSchema = z.object({
  token: z.looseObject({ catalog: z.array(z.looseObject({ type: z.string() })) }),
});

const counted = (list: string, count: number): Step => ({
  method: 'GET',
  path: `/v2.0/${list}?project_id=${ids.project}&fields=id`,
  body: {
    [list.replaceAll('-', '_')]: Array.from({ length: count }, (_, number) => ({ id: String(number) })),
  },
});

const machines = (floatingIps = 1): Step[] => [
  { subject: 'compute', title: 'limits' },
  { subject: 'network', title: 'quota' },
  counted('floatingips', floatingIps),
  counted('security-groups', 2),
  counted('security-group-rules', 5),
  counted('ports', 3),
];

const listing: Step = {
  subject: 'database',
  title: 'instances',
  path: `/v1.0/${ids.project}/instances`,
};

const databaseQuota: Step[] = [
  listing,
  { subject: 'database', title: 'flavors of trove' },
  { subject: 'database', title: 'limits of trove' },
];

async function examine(
  steps: readonly Step[],
  more: { look?: Partial<CloudsToCheck>; yaml?: (cloud: Replay) => string } = {},
): Promise<string[]> {
  const cloud = await replay([token, ...steps], true);
  const around = makeAround();
  const entry = `auth: {auth_url: ${cloud.login.authUrl.href}, username: member, password: secret, project_name: project_2001234}`;
  around.write('clouds.yaml', more.yaml?.(cloud) ?? `clouds: {cpouta: {${entry}}, pukki: {${entry}}}`);
  const found = await checkClouds({ ...look, ...more.look }, around, { clock: cloud.clock });
  cloud.done();
  return found.map(({ state, check, says }) => `${state} ${check}: ${says}`);
}

test('two logins that work, room, and a database that answers', async () => {
  const shown: Step = { subject: 'database', title: 'after both: public again' };
  const said = await examine([token, ...machines(), ...databaseQuota, listing, shown]);
  expect(said.filter((line) => !line.startsWith('ok '))).toEqual([]);
  expect(said).toContain(
    'ok cloud: quota: 3 of 10 machines, 3 of 20 cores, 3000 of 51200 MiB of memory, 1 of 50 floating IPs, 2 of 10 security groups',
  );
  expect(said).toContain('ok cloud: database access: pipeline_db_instance answers 127.77.0.145/32');
});

test('a full quota is named with what is used of it', async () => {
  const shown: Step = { subject: 'database', title: 'after both: public again' };
  const said = await examine([token, ...machines(50), ...databaseQuota, listing, shown]);
  expect(said).toContain('warning cloud: quota: used up: 50 of 50 floating IPs');
});

test('a database without its public address answers nobody', async () => {
  const shown: Step = { subject: 'database', title: 'after allowed_cidrs alone: no public address' };
  const said = await examine([token, ...machines(), ...databaseQuota, listing, shown]);
  expect(said.join('\n')).toContain(
    'failed cloud: database access: pipeline_db_instance has no public address',
  );
});

test('a database that lets nobody in is a failure', async () => {
  const { instance } = z
    .object({ instance: z.looseObject({}) })
    .parse(recorded('database', 'after both: public again').body);
  const shown: Step = {
    subject: 'database',
    title: 'after both: public again',
    body: { instance: { ...instance, access: { is_public: false, allowed_cidrs: [] } } },
  };
  const said = await examine([token, ...machines(), ...databaseQuota, listing, shown]);
  expect(said.join('\n')).toContain(
    'failed cloud: database access: pipeline_db_instance tells of no allowed network',
  );
});

test('the wrong Keystone is named, and what depends on it is left out', async () => {
  const { token: inside } = tokenSchema.parse(token.body);
  const catalog = inside.catalog.filter(({ type }) => type !== 'database');
  const said = await examine([{ ...token, body: { token: { ...inside, catalog } } }, ...machines()]);
  expect(said.at(-1)).toContain('failed cloud: database: login: The cloud that pukki logs in to');
  expect(said.at(-1)).toContain('databases have one of their own');
});

test('an application credential is no way to S3 keys, and a clock that is off is told', async () => {
  const { token: inside } = tokenSchema.parse(token.body);
  const issued_at = new Date(Date.now() - 600_000).toISOString();
  const late: Step = { ...token, body: { token: { ...inside, issued_at } } };
  const cloud = await replay([late, late, late], true);
  const around = makeAround();
  const auth = `auth: {auth_url: ${cloud.login.authUrl.href}, application_credential_id: a, application_credential_secret: b}`;
  around.write('clouds.yaml', `clouds: {cpouta: {region_name: nowhere, ${auth}}}`);
  const names = { compute: 'cpouta', database: 'cpouta', s3: 'cpouta', hasS3Keys: false };
  const found = await checkClouds({ ...look, ...names }, around, { clock: cloud.clock });
  const said = found.map(({ state, check, says }) => `${state} ${check}: ${says}`).join('\n');
  expect(said).toMatch(
    /warning cloud: machines: clock: this machine's clock is (9|10) min ahead of that of 127/,
  );
  expect(said).toContain('failed cloud: S3 keys: cpouta is an application credential');
});

test('a cloud that clouds.yaml does not have is told with those that it has', async () => {
  const cloud = await replay([], true);
  const around = makeAround();
  around.write('clouds.yaml', `clouds: {pouta: {auth: {auth_url: ${cloud.login.authUrl.href}}}}`);
  const found = await checkClouds(look, around);
  expect(found.map(({ says }) => says)).toEqual([
    `${around.cwd}/clouds.yaml has no cloud cpouta; did you mean pouta?`,
    `${around.cwd}/clouds.yaml has no cloud pukki`,
  ]);
});
