import { setTimeout as sleep } from 'node:timers/promises';
import { toKuvaError } from '../../image/failure.ts';
import type { Secret } from '../../image/secret.ts';
import type { DatabaseConnection } from '../config.ts';
import { type Attached, attach } from './attach.ts';
import { embeddedUser, ensureCluster, readPassword } from './cluster.ts';
import { embeddedDatabase } from './holder.ts';
import { type Place, preparePlace } from './place.ts';
import { loopback } from './port.ts';
import { livePostmaster } from './postmasterPid.ts';
import { stopServer } from './server.ts';
import { boundLog } from './serverLog.ts';

export interface EmbeddedDatabase {
  readonly connection: DatabaseConnection;
  /** The server ran already: another process uses it, or one that was killed left it running. */
  readonly adopted: boolean;
  /** Lets go of the server; the process that is the last to do so stops it. Harmless to repeat. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Aborted: give up starting. Has no effect once it is running. */
  readonly signal?: AbortSignal;
  /** Told when the server died and is started again, or could not be. */
  readonly onTrouble?: (message: string) => void;
}

/**
 * Starts the PostgreSQL that comes with kuva, on data in `dataFolder`, or joins the one that runs there already: any
 * number of processes may share it. It listens on 127.0.0.1 alone, with a password. If it dies, it is started again
 * on the same port.
 * @throws KuvaError `platform-unsupported`, `folder-unusable`, `embedded-failed`, `interrupted`
 */
export async function startEmbedded(
  dataFolder: string,
  options: EmbeddedOptions = {},
): Promise<EmbeddedDatabase> {
  const { signal } = options;
  const place = await preparePlace(dataFolder);
  await ensureCluster(place, signal);
  const attached = await attach(place, signal === undefined ? {} : { signal });
  const keeper = keep(place, attached, options.onTrouble ?? (() => undefined));
  const password = await readPassword(place);
  return {
    connection: connectionTo(attached.port, password),
    adopted: attached.adopted,
    stop: keeper.stop,
  };
}

function connectionTo(port: number, password: Secret | undefined): DatabaseConnection {
  return {
    host: loopback,
    port,
    database: embeddedDatabase,
    user: embeddedUser,
    ...(password !== undefined && { password }),
    sslmode: 'disable',
  };
}

/** Milliseconds between two tries to start a server that died, and between two looks at the size of its log. */
const firstPause = 200;
const longestPause = 10_000;
const logInterval = 60_000;

/** Claims the server anew whenever it is lost, until it is let go of. */
function keep(
  place: Place,
  first: Attached,
  onTrouble: (message: string) => void,
): { stop: () => Promise<void> } {
  let current: Attached | undefined = first;
  const stopping = new AbortController();
  const { signal } = stopping;
  const isStopping = (): boolean => signal.aborted;

  const again = async (): Promise<void> => {
    for (let pause = firstPause; !isStopping(); pause = Math.min(pause * 2, longestPause)) {
      try {
        current = await attach(place, { port: first.port, signal });
        onTrouble(
          current.adopted
            ? 'The embedded database is back.'
            : 'The embedded database had stopped and was started again.',
        );
        return;
      } catch (error) {
        if (isStopping()) return;
        onTrouble(toKuvaError(error).message);
        await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  };
  const watching = (async () => {
    while (!isStopping() && current !== undefined) {
      const { holder } = current;
      await Promise.race([holder.lost, aborted(signal)]);
      if (isStopping()) return;
      current = undefined;
      await again();
    }
  })();

  const ticking = setInterval(() => {
    boundLog(place).catch(() => undefined);
  }, logInterval);
  ticking.unref();

  const letGo = async (): Promise<void> => {
    stopping.abort();
    clearInterval(ticking);
    await watching;
    await current?.holder
      .release(async () => {
        const running = await livePostmaster(place);
        if (running !== undefined) await stopServer(place, running.pid);
      })
      // The server went away by itself meanwhile.
      .catch(() => undefined);
  };
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= letGo()) };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
