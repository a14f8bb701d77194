import { z } from 'zod';
import { lockClasses } from './locks.ts';
import type { Presence, Session } from './presence.ts';
import { queryOne, run } from './sql.ts';
import { aborted, pause } from './waiting.ts';

const gotSchema = z.object({ got: z.boolean() });

/** Milliseconds between two tries to get the lock; another worker takes over within that when the holder dies. */
const interval = 1_000;

/** See {@link ImageQueue.lead}. The lock belongs to the presence's connection and goes with it. */
export async function leadWhenFirst(
  presence: Presence,
  pipelineId: () => Promise<number>,
  lead: (signal: AbortSignal) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  presence.enter();
  try {
    while (!stop.aborted) {
      const session = await presence.session(stop);
      if (session === undefined) return;
      const id = await tryToLead(session, pipelineId);
      if (id === undefined) {
        await pause(interval * (0.7 + Math.random() * 0.6), stop);
        continue;
      }
      try {
        await lead(AbortSignal.any([session.lost, stop]));
      } finally {
        await run(session, 'select pg_advisory_unlock($1, $2)', [lockClasses.lead, id]).catch(
          () => undefined,
        );
      }
      // It returned although nobody asked it to: not again at once.
      if (!session.lost.aborted) await Promise.race([pause(interval, stop), aborted(stop)]);
    }
  } finally {
    await presence.leave();
  }
}

/** The pipeline's number if this process leads now. */
async function tryToLead(session: Session, pipelineId: () => Promise<number>): Promise<number | undefined> {
  try {
    const id = await pipelineId();
    const { got } = await queryOne(session, gotSchema, 'select pg_try_advisory_lock($1, $2) as got', [
      lockClasses.lead,
      id,
    ]);
    return got ? id : undefined;
  } catch {
    // The database is away: whoever needs it tells about it; here it is only waited for.
    return undefined;
  }
}
