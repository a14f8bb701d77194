/** A PostgreSQL of a test's own, that can be stopped in every way, restarted, made a standby, filled up. */
import { appendFile, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ensureCluster, readPassword } from '../../src/ledger/embedded/cluster.ts';
import { preparePlace } from '../../src/ledger/embedded/place.ts';
import { choosePort } from '../../src/ledger/embedded/port.ts';
import { isAlive } from '../../src/ledger/embedded/postmasterPid.ts';
import { startServer } from '../../src/ledger/embedded/server.ts';
import { asSuperuser, type PostgresServer } from './postgres.ts';

export interface OwnPostgres {
  readonly server: PostgresServer;
  readonly folder: string;
  /** `fast` SIGINT, `immediate` SIGQUIT, `killed` SIGKILL to its first process. Resolves when that is gone. */
  readonly stop: (how: 'fast' | 'immediate' | 'killed') => Promise<void>;
  /** Resolves when it answers. @param standby begins as a hot standby, which takes no writes until it is promoted */
  readonly start: (standby?: 'standby') => Promise<void>;
  /** Stops it if it runs, and removes its folder. */
  readonly remove: () => Promise<void>;
}

/** @param folder an empty one; made when left out */
export async function startOwnPostgres(folder?: string): Promise<OwnPostgres> {
  const where = folder ?? (await mkdtemp(path.join(tmpdir(), 'kuva-own-postgres-')));
  const place = await preparePlace(where);
  await ensureCluster(place);
  await appendFile(path.join(place.cluster, 'postgresql.conf'), "wal_recycle = off\nmin_wal_size = '32MB'\n");
  const port = await choosePort(place);
  const password = encodeURIComponent((await readPassword(place))?.reveal() ?? '');
  const server = { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` };
  const postmaster = async (): Promise<number | undefined> => {
    const text = await readFile(path.join(place.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
    return Number(text.split('\n')[0]) || undefined;
  };
  const signals = { fast: 'SIGINT', immediate: 'SIGQUIT', killed: 'SIGKILL' } as const;

  const stop: OwnPostgres['stop'] = async (how) => {
    const pid = await postmaster();
    if (pid === undefined) return;
    process.kill(pid, signals[how]);
    for (let waited = 0; isAlive(pid); waited += 20) {
      if (waited > 30_000) throw new Error(`the server did not stop (${how})`);
      await sleep(20);
    }
  };
  const answers = async (): Promise<void> => {
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const start: OwnPostgres['start'] = async (standby) => {
    const signalFile = path.join(place.cluster, 'standby.signal');
    await rm(signalFile, { force: true });
    if (standby !== undefined) {
      await writeFile(signalFile, '');
      const { user } = place.runAs;
      if (user !== undefined) await chown(signalFile, user.uid, user.gid);
    }
    for (let tries = 0; ; tries++) {
      // After a kill -9 of its first process the others take a moment to end, and keep the next one from starting.
      const { died } = await startServer(place, port);
      try {
        await Promise.race([died, untilItAnswers()]);
        return;
      } catch (error) {
        if (tries > 20) throw error;
        await sleep(250);
      }
    }
  };
  const untilItAnswers = async (): Promise<void> => {
    for (let looks = 0; looks < 1_500; looks++) {
      if (
        await answers().then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(20);
    }
    throw new Error('the server does not answer');
  };
  await start();
  return {
    server,
    folder: place.folder,
    stop,
    start,
    remove: async () => {
      await stop('immediate');
      await rm(where, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
    },
  };
}

/** A plain user who owns a database of its own, as most providers give. */
export async function ownDatabase(
  { url }: PostgresServer,
  name: string,
): Promise<{ url: string; password: (password: string) => string }> {
  await asSuperuser({ url }, `create role ${name} login password 'first'`);
  await asSuperuser({ url }, `create database ${name} owner ${name}`);
  const withPassword = (password: string): string => {
    const own = new URL(url);
    own.username = name;
    own.password = password;
    own.pathname = `/${name}`;
    return own.href;
  };
  return { url: withPassword('first'), password: withPassword };
}
