import { setTimeout as sleep } from 'node:timers/promises';
import { databaseFailure } from '../databaseError.ts';
import { KuvaError } from '../../image/failure.ts';
import type { Secret } from '../../image/secret.ts';
import { interrupted, readPassword, renewPassword } from './cluster.ts';
import { claim, type Holder, notYet } from './holder.ts';
import type { Place } from './place.ts';
import { choosePort, isFree, keepPort } from './port.ts';
import { livePostmaster } from './postmasterPid.ts';
import { lostRace, startServer, stopServer } from './server.ts';

export interface Attached {
  readonly holder: Holder;
  readonly port: number;
  /** The server ran already: another process uses it, or one that was killed left it. */
  readonly adopted: boolean;
}

export interface AttachOptions {
  /** The port that was given out already; left out at the first start. */
  readonly port?: number;
  readonly signal?: AbortSignal;
}

/** Milliseconds. Recovery after a crash may read a lot of write-ahead log; the server says so meanwhile. */
const longestStart = 600_000;

/** How often another server may get in the way before that is an error of its own. */
const mostRaces = 20;

/**
 * Claims the server that runs on the cluster, or starts one. Several processes may do so at once: PostgreSQL lets
 * one server run on a cluster, and those whose server had to give way claim the other one.
 * @throws KuvaError `embedded-failed`, `folder-unusable`, `interrupted`
 */
export async function attach(place: Place, options: AttachOptions = {}): Promise<Attached> {
  let adopted = true;
  let races = 0;
  let died: Promise<never> | undefined;
  let startedPid = 0;
  const began = performance.now();
  const password = (await readPassword(place)) ?? (await replacePassword(place));
  try {
    for (;;) {
      if (options.signal?.aborted === true) throw interrupted(place);
      if (performance.now() - began > longestStart) throw failed(place, 'it did not answer in ten minutes');
      const running = await livePostmaster(place);
      if (running === undefined && died === undefined) {
        const port = await portFor(place, options.port);
        ({ pid: startedPid, died } = await startServer(place, port));
        adopted = false;
      }
      const tried = await tryClaim(place, password, running?.port, died).catch((error: unknown) => {
        if (lostRace(error) && ++races < mostRaces) return 'race' as const;
        throw error;
      });
      if (tried === 'race') {
        died = undefined;
        adopted = true;
        // Backends of a server that was killed take a moment to notice, and hold its shared memory until then.
        await sleep(150);
      } else if (tried !== undefined) {
        await keepPort(place, tried.port).catch(() => undefined);
        return { ...tried, adopted };
      }
    }
  } catch (error) {
    if (startedPid > 0 && died !== undefined) await stopStarted(place, startedPid);
    throw error;
  }
}

async function portFor(place: Place, fixed: number | undefined): Promise<number> {
  if (fixed === undefined) return choosePort(place);
  if (await isFree(fixed)) return fixed;
  throw failed(place, `its port ${fixed} is taken by another program meanwhile`);
}

/** One try; undefined: not yet. Rejects with the server's own reason when it has died. */
async function tryClaim(
  place: Place,
  password: Secret,
  port: number | undefined,
  died: Promise<never> | undefined,
): Promise<{ holder: Holder; port: number } | undefined> {
  const wait = Promise.race([sleep(15), ...(died === undefined ? [] : [died])]);
  if (port === undefined) {
    await wait;
    return undefined;
  }
  wait.catch(() => undefined);
  try {
    const holder = await claim(port, password, place.cluster);
    if (holder !== undefined) return { holder, port };
  } catch (error) {
    if (!notYet(error)) throw failed(place, databaseFailure(error).message, error);
  }
  await wait;
  return undefined;
}

/** The password's file is gone: stop the server, which nobody can use any more, and set a new one. */
async function replacePassword(place: Place): Promise<Secret> {
  const running = await livePostmaster(place);
  if (running !== undefined) await stopServer(place, running.pid);
  return renewPassword(place);
}

async function stopStarted(place: Place, pid: number): Promise<void> {
  const running = await livePostmaster(place);
  if (running?.pid === pid) await stopServer(place, pid);
}

function failed(place: Place, what: string, cause?: unknown): KuvaError {
  return new KuvaError('embedded-failed', {
    what: `The embedded database in ${place.folder} cannot be used: ${what}`,
    data: 'Its data was left as it is.',
    remedy: `See ${place.log}.`,
    cause,
  });
}
