/**
 * The test run's own clouds: two real OpenStacks beside each other, as cPouta and Pukki are two with two Keystones, and a Ceph RGW
 * that takes the S3 keys of the first, as Allas does. They are started when the first test asks for them: most runs need none.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { isRunning, startRgw } from './rgw.ts';

const run = promisify(execFile);

const bed = (name: string): string =>
  fileURLToPath(new URL(`../../testbed/openstack/${name}`, import.meta.url));
/** Milliseconds that both may take: two minutes on two cores that do nothing else. */
export const longestStart = 1_500_000;
const prefix = 'kuva-test-openstack-';
const programs = [
  'keystone-manage',
  'nova-api',
  'neutron-server',
  'trove-api',
  'rabbitmq-server',
  'mariadbd',
  'openstack',
];

/** Every port of one OpenStack, before its offset. */
const ports = [5000, 9292, 8778, 8774, 9696, 8776, 8779, 15673, 25673, 14369, 21211];

export interface OpenStackClouds {
  /**
   * A `clouds.yaml` with `cpouta` (machines; its Keystone knows no databases) and `pukki` (databases), and of each `-appcred`,
   * `-other` (a project without a network) and `-admin`.
   */
  readonly cloudsFile: string;
  /** The object store of `cpouta`; its keys are those that Keystone makes. */
  readonly s3Endpoint: string;
  /** An executable `database` here is run for each database of `pukki`; see `openstack-up`. */
  readonly hooks: string;
  /** What stands in a file here is the console of the machine of that id. */
  readonly consoles: string;
}

const answerSchema = z.object({
  clouds: z
    .object({ cloudsFile: z.string(), s3Endpoint: z.string(), hooks: z.string(), consoles: z.string() })
    .optional(),
  failed: z.string().optional(),
});

/** Where a test asks for the clouds; see {@link openStackClouds}. */
export interface CloudsDesk {
  readonly url: string;
}

/** The clouds of this test run. Takes minutes for the first who asks. @param desk `inject('clouds')` */
export async function openStackClouds(desk: CloudsDesk): Promise<OpenStackClouds> {
  const answer = await fetch(desk.url, { signal: AbortSignal.timeout(longestStart) });
  const { clouds, failed } = answerSchema.parse(await answer.json());
  if (clouds === undefined) throw new Error(failed);
  return clouds;
}

/** Undefined where OpenStack is not installed. */
export async function openCloudsDesk(): Promise<{ desk: CloudsDesk; stop: () => Promise<void> } | undefined> {
  if (!(await installed())) return undefined;
  let started: Promise<{ clouds: OpenStackClouds; stop: () => Promise<void> }> | undefined;
  const server = createServer((_request, response) => {
    started ??= startBoth();
    response.writeHead(200);
    // Spaces before the answer: a client that hears nothing for five minutes gives up.
    const beat = setInterval(() => {
      response.write(' ');
    }, 10_000);
    void started
      .then(
        ({ clouds }) => ({ clouds }),
        (thrown: unknown) => ({ failed: String(thrown) }),
      )
      .then((answer) => response.end(JSON.stringify(answer)))
      .finally(() => {
        clearInterval(beat);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    desk: { url: `http://127.0.0.1:${portOf(server)}/` },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await (await started?.catch(() => undefined))?.stop();
    },
  };
}

async function startBoth(): Promise<{ clouds: OpenStackClouds; stop: () => Promise<void> }> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const [machines, databases] = [join(folder, 'cpouta'), join(folder, 'pukki')];
  let rgw: Awaited<ReturnType<typeof startRgw>>;
  const stop = async (): Promise<void> => {
    await Promise.all([
      ...[machines, databases].map((one) => run(bed('openstack-down'), [one])),
      rgw?.stop(),
    ]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [first, second] = await freeOffsets();
    rgw = await startRgw(keystoneLines(5000 + first));
    if (rgw === undefined) throw new Error('no Ceph RGW is installed');
    const common = {
      LAB_CACHE: join(tmpdir(), 'kuva-test-openstack-cache'),
      LAB_DB_SECONDS: '1',
      LAB_PATIENCE: '5',
      LAB_S3_URL: rgw.server.endpoint,
    };
    await Promise.all([
      up(machines, { ...common, LAB_PORT_OFFSET: String(first), LAB_TROVE: '0' }),
      up(databases, { ...common, LAB_PORT_OFFSET: String(second), LAB_PUBLIC_CIDR: '127.78.0.0/24' }),
    ]);
    const cloudsFile = join(folder, 'clouds.yaml');
    const [ofMachines, ofDatabases] = await Promise.all(
      [machines, databases].map((one) => readFile(join(one, 'clouds.yaml'), 'utf8')),
    );
    await writeFile(
      cloudsFile,
      `${named(ofMachines, 'cpouta')}${named(ofDatabases, 'pukki').replace(/^clouds:\n/, '')}`,
    );
    const [hooks, consoles] = [join(databases, 'hooks'), join(machines, 'hooks/consoles')];
    return { clouds: { cloudsFile, s3Endpoint: rgw.server.endpoint, hooks, consoles }, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** Run again, it starts what is not running: on a busy machine a service may die of another that is not there yet. */
async function up(folder: string, env: Readonly<Record<string, string>>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run(bed('openstack-up'), [folder], {
        env: { ...process.env, ...env },
        maxBuffer: 16 * 1024 ** 2,
      });
      return;
    } catch (thrown) {
      if (attempt === 3) throw thrown;
    }
  }
}

function named(cloudsYaml: string | undefined, name: string): string {
  return (cloudsYaml ?? '').replace(/^ {2}lab/gm, `  ${name}`);
}

/** RGW asks this Keystone about S3 keys that it does not know; the passwords are those of the test bed. */
function keystoneLines(port: number): string {
  return [
    `rgw keystone url = http://127.0.0.1:${port}`,
    'rgw keystone api version = 3',
    'rgw keystone admin user = admin',
    'rgw keystone admin password = labsecret',
    'rgw keystone admin domain = Default',
    'rgw keystone admin project = admin',
    'rgw keystone accepted roles = member,object_store_user',
    'rgw keystone implicit tenants = false',
    'rgw s3 auth use keystone = true',
  ].join('\n');
}

/** Two numbers to add to the ports, with which all of them are free and below those that the kernel gives to clients. */
async function freeOffsets(): Promise<[number, number]> {
  const found: number[] = [];
  const taken = new Set<number>();
  for (let tried = 0; found.length < 2; tried += 1) {
    if (tried === 200) throw new Error('no free ports for two OpenStacks');
    const offset = 100 + Math.floor(Math.random() * 6000);
    const mine = ports.map((port) => port + offset);
    if (mine.some((port) => taken.has(port))) continue;
    if (!(await Promise.all(mine.map(isFree))).every(Boolean)) continue;
    for (const port of mine) taken.add(port);
    found.push(offset);
  }
  const [first = 0, second = 0] = found;
  return [first, second];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createTcpServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function installed(): Promise<boolean> {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;
  const script = programs.map((name) => `command -v ${name}`).join(' && ');
  return run('sh', ['-c', script], { env: { PATH: path } }).then(
    () => true,
    () => false,
  );
}

/** Those of test runs that were killed: the folder names the process that they were for. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(tmpdir(), name);
    for (const one of ['cpouta', 'pukki']) await run(bed('openstack-down'), [join(folder, one)]);
    await rm(folder, { recursive: true, force: true });
  }
}
