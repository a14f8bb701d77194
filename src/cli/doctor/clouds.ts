import { openCompute } from '../../cloud/services/compute/compute.ts';
import { type DatabaseInstance, publicAddressOf } from '../../cloud/services/database/answers.ts';
import { openDatabases } from '../../cloud/services/database/database.ts';
import { openEc2 } from '../../cloud/services/identity/ec2.ts';
import { openNetwork } from '../../cloud/services/network/network.ts';
import type { ServiceType } from '../../cloud/session/catalogue.ts';
import { type CloudSession, openSession, type SessionOptions } from '../../cloud/session/session.ts';
import { findCloudLogin } from '../../config/clouds/findLogin.ts';
import type { Surroundings } from '../../config/surroundings.ts';
import { toKuvaError } from '../../image/failure.ts';
import { showDuration } from '../../image/quantity.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

/** What is to be looked at: of the `cloud` block of the configuration. */
export interface CloudsToCheck {
  /** As `clouds.yaml` names them; undefined: `OS_CLOUD`, or the `OS_*` variables. */
  readonly compute: string | undefined;
  readonly database: string | undefined;
  readonly s3: string | undefined;
  /** Name of the database instance. */
  readonly instance: string;
  /** The configuration has S3 keys, so that none need be made. */
  readonly hasS3Keys: boolean;
}

/** Milliseconds. A signed S3 request is refused from 15 minutes on, a token lives for an hour or more. */
const skewWorthTelling = 30_000;

/** The clouds that machines are made on: do the logins work, are they the right ones, and is there room? Changes nothing. */
export async function checkClouds(
  look: CloudsToCheck,
  around: Surroundings,
  options: SessionOptions = {},
): Promise<Finding[]> {
  const compute = await checkLogin(
    'cloud: machines',
    look.compute,
    ['compute', 'network', 'image'],
    around,
    options,
  );
  const database = await checkLogin('cloud: database', look.database, ['database'], around, options);
  const s3 = look.hasS3Keys ? undefined : await checkLogin('cloud: S3 keys', look.s3, [], around, options);
  return [
    ...compute.found,
    ...(compute.session === undefined ? [] : await tried('cloud: quota', machineQuota(compute.session))),
    ...database.found,
    ...(database.session === undefined
      ? []
      : [
          ...(await tried('cloud: database quota', databaseQuota(database.session))),
          ...(await tried('cloud: database access', databaseAccess(database.session, look.instance))),
        ]),
    ...(s3 === undefined ? [] : s3.session === undefined ? s3.found : [s3Keys(s3.session)]),
  ];
}

/** A session only where the login works and has the services. */
async function checkLogin(
  check: string,
  name: string | undefined,
  services: readonly ServiceType[],
  around: Surroundings,
  options: SessionOptions,
): Promise<{ readonly found: Finding[]; readonly session?: CloudSession }> {
  const found: Finding[] = [];
  try {
    const { login, notes } = findCloudLogin(name, around);
    for (const note of notes) found.push(warning(check, note, 'Mend it in clouds.yaml, or in this shell.'));
    const session = openSession(login, options);
    const { userName, projectName } = await session.identity();
    found.push(
      ok(`${check}: login`, `${login.name}: ${userName} in ${projectName} at ${login.authUrl.host}`),
    );
    const ahead = await session.clockAhead();
    if (Math.abs(ahead) > skewWorthTelling) {
      found.push(
        warning(
          `${check}: clock`,
          `this machine's clock is ${showDuration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} that of ${login.authUrl.host}`,
          'Set the clock of this machine (timedatectl set-ntp true).',
        ),
      );
    }
    for (const service of services) await session.endpoint(service);
    return { found, session };
  } catch (thrown) {
    return { found: [...found, failed(`${check}: login`, toKuvaError(thrown))] };
  }
}

async function tried(check: string, findings: Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await findings;
  } catch (thrown) {
    return [failed(check, toKuvaError(thrown))];
  }
}

/** One quota: used, allowed, and what it is of. */
type Row = readonly [thing: string, usage: { readonly used: number; readonly limit: number }];

function room(check: string, rows: readonly Row[]): Finding {
  const full = rows.filter(([, { used, limit }]) => used >= limit);
  const show = ([thing, { used, limit }]: Row): string =>
    `${used} of ${limit === Infinity ? 'any number of' : limit} ${thing}`;
  return full.length === 0
    ? ok(check, rows.map(show).join(', '))
    : warning(
        check,
        `used up: ${full.map(show).join(', ')}`,
        'Nothing more can be made; what is there already keeps working. Delete what is not needed, or ask those who run the cloud for a larger quota.',
      );
}

async function machineQuota(session: CloudSession): Promise<Finding[]> {
  const [machines, networks] = await Promise.all([
    openCompute(session).quota(),
    openNetwork(session).quota(),
  ]);
  return [
    room('cloud: quota', [
      ['machines', machines.instances],
      ['cores', machines.cores],
      ['MiB of memory', machines.ram],
      ['floating IPs', networks.floatingIps],
      ['security groups', networks.securityGroups],
    ]),
  ];
}

async function databaseQuota(session: CloudSession): Promise<Finding[]> {
  const { instances, volumes, ram } = await openDatabases(session).quota();
  return [
    room('cloud: database quota', [
      ['instances', instances],
      ['GiB', volumes],
      ['MiB of memory', ram],
    ]),
  ];
}

async function databaseAccess(session: CloudSession, name: string): Promise<Finding[]> {
  const check = 'cloud: database access';
  const databases = openDatabases(session);
  const same = (await databases.listInstances()).filter((one) => one.name === name);
  const [first, second] = same;
  if (first === undefined) return [ok(check, `there is no ${name} yet; \`kuva cloud up\` makes it`)];
  if (second !== undefined) {
    return [
      warning(
        check,
        `there are ${same.length} instances with the name ${name}`,
        'Delete or rename those that are not meant (`openstack database instance list`).',
      ),
    ];
  }
  return [judgeAccess(check, (await databases.getInstance(first.id)) ?? first)];
}

function judgeAccess(check: string, instance: DatabaseInstance): Finding {
  const { name, status, operatingStatus, allowedCidrs, fault } = instance;
  const problem = (says: string, remedy: string): Finding => ({ check, state: 'failed', says, remedy });
  if (status === 'ERROR') {
    return problem(
      `${name} is in ERROR${fault === undefined ? '' : `: ${fault}`}`,
      'Tell those who run the cloud, or delete it and let `kuva cloud up` make another.',
    );
  }
  if (status !== 'ACTIVE' || operatingStatus !== 'HEALTHY') {
    const state = [status, operatingStatus].filter(Boolean).join(', ');
    return warning(check, `${name} is ${state}, and not ready`, 'Wait until it is HEALTHY.');
  }
  if (publicAddressOf(instance) === undefined) {
    return problem(
      `${name} has no public address, so that nobody can connect; a change of its allowed networks alone does that`,
      'Run `kuva cloud up`, which sends both and gives it one again.',
    );
  }
  if (allowedCidrs.length === 0) {
    return problem(
      `${name} tells of no allowed network: it answers nobody, or (in a stock Trove) everybody`,
      'Run `kuva cloud up`, which lets its machines in, or name others in `cloud: database: allowed_cidrs:`.',
    );
  }
  return ok(check, `${name} answers ${allowedCidrs.join(', ')}`);
}

function s3Keys(session: CloudSession): Finding {
  const obstacle = openEc2(session).obstacle();
  return obstacle === undefined
    ? ok('cloud: S3 keys', `${session.login.name} may make them; \`kuva cloud up\` does`)
    : failed('cloud: S3 keys', obstacle);
}
