/** A machine as a cloud would start it: a whole Debian with its own systemd, cloud-init and sshd, in a container. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, openSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NodeRelease } from '../../src/cloud/vm/nodeRelease.ts';

const run = promisify(execFile);
/** Made once, and kept for the next run. */
const kept = resolve(import.meta.dirname, '../../.cache/machine-root');
const maker = resolve(import.meta.dirname, '../../testbed/machine/machine-root');

export interface Machine {
  readonly sshPort: number;
  /** Its whole file system. */
  readonly root: string;
  /** Runs a program in it, as root. */
  readonly inside: (...words: readonly [string, ...string[]]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function canStartMachines(): Promise<boolean> {
  const found = run('sh', [
    '-c',
    'command -v systemd-nspawn && command -v mmdebstrap && command -v ssh && command -v setpriv',
  ]);
  return process.getuid?.() === 0 && (await found.then(() => true).catch(() => false));
}

/**
 * Starts one for the first time, with this user-data.
 * @param console where it writes to, from its first line on
 * @param brought folders that its image brings, by their path in it
 */
export async function startMachine(
  userData: string,
  console: string,
  brought: ReadonlyMap<string, string> = new Map(),
): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-machine-'));
  const root = join(folder, 'root');
  await run(maker, [kept], { maxBuffer: 1e8 });
  await run('cp', ['-a', '--reflink=auto', kept, root]);
  for (const [path, from] of brought) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await run('cp', ['-a', from, join(root, path)]);
  }
  const sshPort = await freePort();
  // The container shares this machine's network, so that it reaches the test run's servers.
  await put(root, 'etc/ssh/sshd_config.d/port.conf', `Port ${sshPort}\nListenAddress 127.0.0.1\n`);
  await put(
    root,
    'etc/cloud/cloud.cfg.d/99-test.cfg',
    'network: {config: disabled}\ndatasource_list: [NoCloud, None]\nlocale: false\n',
  );
  await put(root, 'var/lib/cloud/seed/nocloud/user-data', userData);
  await put(
    root,
    'var/lib/cloud/seed/nocloud/meta-data',
    `instance-id: ${sshPort}\nlocal-hostname: machine\n`,
  );
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  // With a name of its own it is no first start for systemd, which would turn on all that is installed, port 22 among it.
  await put(root, 'etc/machine-id', `${randomUUID().replaceAll('-', '')}\n`);
  await symlink('/dev/null', join(root, 'etc/systemd/system/ssh.socket'));
  const output = openSync(console, 'w');
  const options = [
    '--boot',
    '--register=no',
    '--keep-unit',
    '--console=read-only',
    `--machine=kuva${sshPort}`,
  ];
  // It goes with whoever started it, however that one ends.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'systemd-nspawn', '-D', root, ...options], {
    stdio: ['ignore', output, output],
  });
  return {
    sshPort,
    root,
    inside: async (...words) => {
      const { stdout } = await run('nsenter', [
        '-t',
        await initOf(child),
        '-m',
        '-p',
        '-u',
        '-i',
        '--',
        ...words,
      ]);
      return stdout;
    },
    stop: async () => {
      await powerOff(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function put(root: string, path: string, text: string): Promise<void> {
  const file = join(root, path);
  await mkdir(resolve(file, '..'), { recursive: true });
  await writeFile(file, text);
}

/** The first process of the container, once there is one: before, its maker's own helpers have no name yet. */
async function initOf(child: ChildProcess): Promise<string> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`systemd-nspawn ended with ${child.exitCode}`);
    const found = await run('pgrep', ['-x', '-P', String(child.pid), 'systemd']).catch(() => undefined);
    if (found !== undefined) return found.stdout.trim();
    await sleep(100);
  }
}

async function powerOff(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((end) => child.once('exit', end));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await ended;
  clearTimeout(late);
}

/** Serves this test's own Node as its makers would serve theirs. */
export async function serveNode(): Promise<{
  readonly node: NodeRelease;
  readonly stop: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-node-'));
  const version = process.version.slice(1);
  const cpu = process.arch === 'arm64' ? 'arm64' : 'x64';
  const name = `node-v${version}-linux-${cpu}`;
  await mkdir(join(folder, name, 'bin'), { recursive: true });
  await copyFile(process.execPath, join(folder, name, 'bin/node'));
  const archive = join(folder, `${name}.tar.xz`);
  await run('tar', ['-C', folder, '-I', 'xz -0 -T2', '-cf', archive, name]);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(archive)) hash.update(Buffer.from(chunk));
  const sha256 = hash.digest('hex');
  const server = createServer((request, response) => {
    if (request.url === `/${name}.tar.xz`) createReadStream(archive).pipe(response);
    else response.writeHead(404).end();
  });
  const port = await listen(server);
  return {
    node: { version, url: `http://127.0.0.1:${port}`, sha256: { x64: sha256, arm64: sha256 } },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listen(server: Server | ReturnType<typeof createNetServer>): Promise<number> {
  return new Promise((ready, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      ready(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

export async function freePort(): Promise<number> {
  const server = createNetServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return port;
}
