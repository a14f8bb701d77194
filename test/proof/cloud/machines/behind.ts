/**
 * What control planes without hardware have not: the machine itself, started with the user-data that Nova was given, the
 * database, and the ways to both at the addresses that Neutron and Trove gave.
 */
import { execFile } from 'node:child_process';
import { chown, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Clouds } from '../../../../src/cloud/clouds.ts';
import { publicAddressOf } from '../../../../src/cloud/services/database/answers.ts';
import { type Machine, startMachine } from '../../../servers/machine.ts';
import { type OwnPostgres, startOwnPostgres } from '../../../servers/ownPostgres.ts';
import { asSuperuser } from '../../../servers/postgres.ts';
import type { Bed } from './bed.ts';

const run = promisify(execFile);

export interface Wanted {
  readonly bed: Bed;
  /** To look with. */
  readonly clouds: Clouds;
  /** Of the machine, of the database instance, and of what is in it. */
  readonly machine: string;
  readonly instance: string;
  readonly database: string;
  readonly user: string;
  /** Where the user's kuva keeps the password of the database. */
  readonly passwordFile: string;
  /** Where the machine writes its console to. */
  readonly console: string;
  /** See {@link startMachine}. */
  readonly brought: ReadonlyMap<string, string>;
}

export interface Behind {
  readonly machine: Promise<Machine>;
  readonly stop: () => Promise<void>;
}

/** Begins to watch for what is asked for, and to stand behind it. */
export function standBehind(wanted: Wanted): Behind {
  const ending = new AbortController();
  const open: (() => Promise<unknown>)[] = [];
  const machine = bringMachine(wanted, ending.signal, open);
  const database = bringDatabase(wanted, ending.signal, open);
  for (const one of [machine, database]) one.catch(() => undefined);
  return {
    machine,
    stop: async () => {
      ending.abort();
      await Promise.allSettled([machine, database]);
      for (const close of open.toReversed()) await close();
    },
  };
}

async function bringMachine(
  { bed, clouds, machine: name, console, brought }: Wanted,
  signal: AbortSignal,
  open: (() => Promise<unknown>)[],
): Promise<Machine> {
  const id = await until(
    async () =>
      (await clouds.compute.listServers()).find((one) => one.name === name && one.status === 'ACTIVE')?.id,
    signal,
  );
  await mkdir(bed.consoles, { recursive: true });
  const machine = await startMachine(await userDataOf(bed, id), console, brought);
  open.push(machine.stop);
  await symlink(console, join(bed.consoles, id));
  const address = await until(
    async () => (await clouds.network.listFloatingIps()).find((one) => one.port?.deviceId === id)?.address,
    signal,
  );
  open.push(await lead(`${address}:22`, machine.sshPort));
  return machine;
}

/** Only who runs the cloud may read it back. */
async function userDataOf({ cloudsFile }: Bed, id: string): Promise<string> {
  const command = ['server', 'show', id, '-f', 'json', '--os-compute-api-version', '2.3'];
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: cloudsFile, OS_CLOUD: 'cpouta-admin' };
  const { stdout } = await run('openstack', command, { env });
  const [, text = ''] = Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(stdout))).find(
    ([key]) => key.endsWith('user_data'),
  ) ?? [''];
  return Buffer.from(z.string().parse(text), 'base64').toString();
}

async function bringDatabase(
  { clouds, instance, database, user, passwordFile }: Wanted,
  signal: AbortSignal,
  open: (() => Promise<unknown>)[],
): Promise<void> {
  const postgres = await startOwnPostgres();
  open.push(postgres.remove);
  await speakTls(postgres);
  const address = await until(async () => {
    const one = (await clouds.databases.listInstances()).find(({ name }) => name === instance);
    const details = one && (await clouds.databases.getInstance(one.id));
    return details && publicAddressOf(details);
  }, signal);
  const password = await readFile(passwordFile, 'utf8');
  await asSuperuser(postgres.server, `create role ${user} login password '${password.trim()}'`);
  await asSuperuser(postgres.server, `create database ${database} owner ${user}`);
  open.push(await lead(`${address}:5432`, Number(new URL(postgres.server.url).port)));
}

/** With a certificate that nobody signed, as providers' databases have. */
async function speakTls({ server, folder }: OwnPostgres): Promise<void> {
  const [key, certificate] = ['server.key', 'server.crt'].map((name) => join(folder, 'cluster', name));
  await run('openssl', [
    'req',
    '-new',
    '-x509',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=database',
    '-keyout',
    `${key}`,
    '-out',
    `${certificate}`,
  ]);
  const { uid, gid } = await stat(join(folder, 'cluster'));
  for (const file of [key, certificate]) await chown(`${file}`, uid, gid);
  await asSuperuser(server, 'alter system set ssl = on');
  await asSuperuser(server, 'select pg_reload_conf()');
}

/** Whoever connects to the address comes to the port on the loopback. */
async function lead(address: string, port: number): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((from) => {
    const to = connect(port, '127.0.0.1');
    for (const one of [from, to]) {
      sockets.add(one);
      one.once('close', () => sockets.delete(one));
    }
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  const { hostname, port: at } = new URL(`tcp://${address}`);
  await new Promise<void>((ready, fail) => {
    server.once('error', fail);
    server.listen(Number(at), hostname, ready);
  });
  return () =>
    new Promise((closed) => {
      server.close(() => {
        closed();
      });
      // Who is still connected has nobody to talk to.
      for (const socket of sockets) socket.destroy();
    });
}

async function until<T>(look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    // Clouds fail now and then; what is waited for decides.
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await sleep(500, undefined, { signal });
  }
}
