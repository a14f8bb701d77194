import { z } from 'zod';
import { KuvaError } from '../image/failure.ts';
import type { Log } from './graphile.ts';
import type { InWork } from './inWork.ts';
import { lockClasses } from './locks.ts';
import type { Session } from './presence.ts';
import { refuseIncompatible } from './compatibility.ts';
import { query, queryOne, run } from './sql.ts';
import { aborted, pause } from './waiting.ts';

const rescuedSchema = z.object({ worker: z.string(), images: z.number(), silent: z.boolean() });
const beatSchema = z.object({ lives: z.boolean() });

/** Milliseconds. A dead worker's images are in other hands after 1.5 s and at most two of these looks. */
const look = 1_000;
/** Looks between two repairs of what this process itself let fall. */
const ownEvery = 30;
/**
 * Looks between two repairs; spread, so that workers do not all do it at once. Each goes over the next 5,000 waiting
 * images (about 40 ms): a backlog of a million in half an hour with one worker, sooner with more.
 */
const allEvery = 10;

export interface Regular {
  /** Resolves with the reason when a look fails: the connection is broken or of no use, or this worker too old. */
  readonly failed: Promise<unknown>;
  stop(): Promise<void>;
}

interface RescueOptions {
  readonly session: Session;
  readonly worker: string;
  readonly inWork: InWork;
  readonly log: Log;
}

/** Looks after dead workers as long as this one lives, and after what an accident may have left; first at once. */
export function rescueRegularly(options: RescueOptions): Regular {
  const stopping = new AbortController();
  const { signal } = stopping;
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<unknown>((resolve) => {
    fail = resolve;
  });
  const looking = (async () => {
    let nextAll = 0;
    for (let looks = 0; !signal.aborted; looks++) {
      await refuseIncompatible(options.session);
      await beat(options);
      if (looks >= nextAll) {
        await run(options.session, 'select kuva.repair()');
        nextAll = looks + allEvery * (0.5 + Math.random());
      }
      if (looks % ownEvery === 0) await repairOwn(options);
      await dropIdlePools(options);
      await rescue(options);
      await pause(look, signal);
    }
  })();
  looking.catch(fail);
  return {
    failed,
    async stop() {
      stopping.abort();
      await Promise.race([looking.catch(() => undefined), aborted(options.session.lost)]);
    },
  };
}

/**
 * Says that this worker lives. It is the process's heartbeat, not an image's: one that takes an hour loses nothing.
 * @throws KuvaError when others took over what this worker had; it has to begin anew, under a new number
 */
async function beat({ session, worker }: RescueOptions): Promise<void> {
  const { lives } = await queryOne(session, beatSchema, 'select kuva.beat($1, $2) as lives', [
    worker,
    lockClasses.worker,
  ]);
  if (lives) return;
  throw new KuvaError('database-unreachable', {
    what: 'This worker was silent for longer than its lease, or its connection was lost, and others took its images over',
    data: 'Nothing is lost, and nothing is done twice: what it had in work no longer counts.',
    remedy: 'It goes on by itself.',
  });
}

/** Takes over what workers had whose lock is gone, or that have been silent for longer than their lease. */
async function rescue({ session, worker: me, log }: RescueOptions): Promise<void> {
  const dead = await query(session, rescuedSchema, 'select worker, images, silent from kuva.rescue($1, $2)', [
    me,
    lockClasses.worker,
  ]);
  for (const { worker, images, silent } of dead) {
    const how = silent ? 'has been silent for longer than its lease' : 'is gone';
    log(`Worker ${worker} ${how}; ${images} of its images were queued again.`);
  }
}

async function repairOwn({ session, worker, inWork }: RescueOptions): Promise<void> {
  await run(session, 'select kuva.repair_own($1, $2)', [worker, inWork.images]);
}

async function dropIdlePools({ session, worker, inWork }: RescueOptions): Promise<void> {
  const idle = inWork.idlePools;
  if (idle.length === 0) return;
  await run(session, 'select kuva.drop_pools($1, $2)', [worker, idle]);
  inWork.forgetPools(idle);
}
