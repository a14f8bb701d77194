import { toKuvaError } from '../../src/image/failure.ts';
import type { ImageQueue } from '../../src/ledger/contract/queue.ts';
import type { Clock } from '../../src/pipeline/clock.ts';
import { growingPause } from '../../src/pipeline/pause.ts';
import type { MemoryDatabase } from './database.ts';
import { completeJob, takeJob } from './jobs.ts';
import { beat, dropPools, register, repair, repairOwn, rescue, unregister } from './presence.ts';
import type { Session } from './tables.ts';
import { directly, type Wire } from './wire.ts';

export interface MemoryQueueOptions {
  readonly clock: Clock;
  readonly wire?: Wire;
  /** Milliseconds. */
  readonly lease?: number;
}

type RunOptions = Parameters<ImageQueue['run']>[0];

/** Milliseconds: as src/ledger/rescue.ts, lead.ts and the runner have them. */
const look = 1_000;
const repairEvery = 10;
const ownEvery = 30;
const longestWait = 2_000;
const longestPause = 5_000;

/** A client of the queue in a database in memory. Keeps the contract: `queue.test.ts` runs its suite. */
export function openMemoryQueue(
  database: MemoryDatabase,
  pipeline: string,
  { clock, wire = directly, lease = 60_000 }: MemoryQueueOptions,
): ImageQueue {
  let session: Session | undefined;
  const ask = <T>(method: string, about: string, effect: () => T): Promise<T> =>
    wire({ name: `queue.${method}`, about }, effect);

  const connect = async (worker: string, stop: AbortSignal): Promise<Session | undefined> => {
    for (let tries = 1; !stop.aborted; tries++) {
      if (isOpen(session)) return session;
      try {
        const opened = await ask('connect', worker, (): Session => ({ lost: new AbortController(), worker }));
        // Both halves may have asked at the same time: one connection is enough.
        if (!isOpen(session)) session = opened;
      } catch {
        await clock.pause(growingPause(tries, 100, 2_000, clock.random()), stop);
      }
    }
    return undefined;
  };

  const run = async (options: RunOptions): Promise<void> => {
    const { worker, version, stop } = options;
    const inWork = new Map<bigint, Promise<void>>();
    const pools = new Map<string, number>();
    const me = { id: worker, pipeline, version, lease };
    let stretches = 0;
    let present = '';
    for (let tries = 1; !stop.aborted || inWork.size > 0; tries++) {
      try {
        await stretch();
        tries = 1;
      } catch (thrown) {
        const { code, message } = toKuvaError(thrown);
        options.onDatabaseTrouble?.({ code, what: message });
      }
      await clock.pause(growingPause(tries, 100, longestPause, clock.random()), stop);
      if (stop.aborted) await Promise.all(inWork.values());
    }
    await ask('unregister', worker, () => {
      unregister(database, worker);
    }).catch(() => undefined);

    /** From one trouble with the database to the next. */
    async function stretch(): Promise<void> {
      const open = await connect(worker, stop);
      if (open === undefined) return;
      const pool = `${worker}/${++stretches}`;
      pools.set(pool, 0);
      present = pool;
      await ask('register', worker, () => {
        register(database, me, open, [...pools.keys()]);
      });
      options.onDatabaseTrouble?.(undefined);
      const ended = new AbortController();
      const over = AbortSignal.any([stop, open.lost.signal, ended.signal]);
      const watched = async (part: Promise<void>): Promise<void> => {
        try {
          await part;
        } finally {
          ended.abort();
        }
      };
      const lanes = Array.from({ length: options.concurrency }, () => watched(lane(pool, over)));
      const alive = AbortSignal.any([open.lost.signal, ended.signal]);
      const looking = watched(lookAfter(open, stop.aborted ? alive : over));
      for (const part of [...lanes, looking]) part.catch(() => undefined);
      // What is in work when a stretch ends in trouble stays in work; the next stretch does not wait for it.
      const trouble = new Promise<void>((_resolve, reject) => {
        for (const part of [...lanes, looking]) part.catch(reject);
        open.lost.signal.addEventListener('abort', () => {
          const reason: unknown = open.lost.signal.reason;
          reject(toKuvaError(reason));
        });
      });
      await Promise.race([Promise.all([...lanes, looking]), trouble]);
    }

    async function lane(pool: string, over: AbortSignal): Promise<void> {
      const ended = aborted(over);
      while (!over.aborted) {
        if (inWork.size >= options.concurrency) {
          await Promise.race([...inWork.values(), ended]);
          continue;
        }
        const taken = await ask('take', '', () => takeJob(database, pipeline, pool));
        if (taken === undefined || typeof taken === 'number') {
          await due(Math.min(taken ?? longestWait, longestWait), over);
          continue;
        }
        await work(pool, taken);
      }
    }

    async function work(
      pool: string,
      { job, image }: Exclude<ReturnType<typeof takeJob>, number | undefined>,
    ) {
      pools.set(pool, (pools.get(pool) ?? 0) + 1);
      // The same image is never in work twice in one process.
      for (let other = inWork.get(image.id); other !== undefined; other = inWork.get(image.id)) await other;
      const working = options.work(image);
      inWork.set(image.id, working);
      await working;
      inWork.delete(image.id);
      const count = pools.get(pool);
      if (count !== undefined) pools.set(pool, count - 1);
      await ask('complete', image.image.key, () => {
        completeJob(database, job);
      });
    }

    /** Heartbeat, repair and rescue, every second. */
    async function lookAfter(open: Session, over: AbortSignal): Promise<void> {
      for (let looks = 0; !over.aborted; looks++) {
        // What is asked for is said when the request is sent.
        const gone = [...pools]
          .filter(([pool, count]) => count === 0 && pool !== present)
          .map(([pool]) => pool);
        const images = [...inWork.keys()];
        await ask('look', worker, () => {
          if (!beat(database, worker, open)) database.endSession(open);
          if (looks % repairEvery === 0) repair(database);
          if (looks % ownEvery === 0) repairOwn(database, worker, images);
          dropPools(database, worker, gone);
          rescue(database, worker);
        });
        for (const pool of gone) if (pools.get(pool) === 0) pools.delete(pool);
        await clock.pause(look, over);
      }
    }
  };

  /** Waits, until a job is put in at most. */
  async function due(milliseconds: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => {
      woken.abort();
    };
    database.listeners.add(wake);
    await clock.pause(milliseconds, AbortSignal.any([signal, woken.signal]));
    database.listeners.delete(wake);
  }

  return {
    run,
    async lead(lead, stop) {
      while (!stop.aborted) {
        const open = await connect('', stop);
        if (open === undefined) return;
        const got = await ask('lead', '', () => {
          if (open.lost.signal.aborted) return false;
          const leader = database.leaders.get(pipeline);
          if (leader !== undefined && leader !== open) return false;
          database.leaders.set(pipeline, open);
          return true;
        }).catch(() => false);
        if (got) {
          await lead(AbortSignal.any([open.lost.signal, stop]));
          await ask('unlead', '', () => {
            if (database.leaders.get(pipeline) === open) database.leaders.delete(pipeline);
          }).catch(() => undefined);
        }
        await clock.pause(look * (0.7 + clock.random() * 0.6), stop);
      }
    },
  };
}

function isOpen(session: Session | undefined): session is Session {
  return session?.lost.signal.aborted === false;
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
