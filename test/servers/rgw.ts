import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a test file needs to reach the test run's Ceph RGW. */
export interface RgwServer {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** For `radosgw-admin -c`. */
  readonly configFile: string;
}

const up = fileURLToPath(new URL('../../testbed/ceph/rgw-up', import.meta.url));
const down = fileURLToPath(new URL('../../testbed/ceph/rgw-down', import.meta.url));
const programs = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'curl'];
const prefix = 'kuva-test-rgw-';

/**
 * Starts a real RGW of one's own, in memory, on free ports; undefined where Ceph is not installed.
 * @param extra further lines of its configuration
 */
export async function startRgw(
  extra = '',
): Promise<{ server: RgwServer; stop: () => Promise<void> } | undefined> {
  if (!(await installed())) return undefined;
  await removeAbandoned();
  // Between choosing a port and taking it somebody else may have taken it.
  for (let attempt = 1; ; attempt += 1) {
    const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
    const stop = async () => {
      await run(down, [folder, '--purge']);
    };
    try {
      return { server: await startIn(folder, extra), stop };
    } catch (error) {
      await stop();
      if (attempt === 3) throw error;
    }
  }
}

async function startIn(folder: string, extra: string): Promise<RgwServer> {
  const [port, monitorPort] = await freePorts(2);
  const keys = {
    accessKeyId: 'testaccesskey000001',
    secretAccessKey: 'testsecretkey00000000000000000000000001',
  };
  await run(up, [folder], {
    env: {
      ...process.env,
      STORE: 'memstore',
      RGW_PORT: String(port),
      MON_PORT: String(monitorPort),
      RGW_NODELAY: '1',
      RGW_EXTRA: extra,
      RGW_ACCESS_KEY: keys.accessKeyId,
      RGW_SECRET_KEY: keys.secretAccessKey,
    },
  });
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    region: 'us-east-1',
    configFile: join(folder, 'ceph.conf'),
    ...keys,
  };
}

async function installed(): Promise<boolean> {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;
  return run('sh', ['-c', programs.map((name) => `command -v ${name}`).join(' && ')], {
    env: { PATH: path },
  }).then(
    () => true,
    () => false,
  );
}

/** Servers of test runs that were killed: the folder names the process that they were for. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(tmpdir(), name);
    await run(down, [folder, '--purge']);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Is there a process of this id? */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ports that are free now, all different: none is let go before all are found. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
