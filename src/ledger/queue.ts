import { hostname } from 'node:os';
import process from 'node:process';
import type { At } from '../image/crashPoint.ts';
import type { FailureNote } from './contract/attempt.ts';
import type { ImageQueue } from './contract/queue.ts';
import { databaseFailure } from './databaseError.ts';
import type { Log } from './graphile.ts';
import { InWork } from './inWork.ts';
import { leadWhenFirst } from './lead.ts';
import { lockClasses } from './locks.ts';
import { pipelineNumber } from './pipelineId.ts';
import type { LedgerPool } from './pool.ts';
import { openPresence, type Presence, type Session } from './presence.ts';
import { rescueRegularly } from './rescue.ts';
import { startRunner } from './runner.ts';
import { run as runSql } from './sql.ts';
import { aborted, growingPause, pause } from './waiting.ts';

/** Milliseconds: see `worker: lease:` in the configuration. */
export const defaultLease = 60_000;

export interface QueueOptions {
  /** Milliseconds of silence after which others take over what this worker has. */
  readonly lease?: number;
  /** Told what Graphile Worker logs as an error, and whose images were taken over. */
  readonly log?: Log;
  /** Told when a job was taken from the queue: for the tests, which crash there. */
  readonly at?: At;
}

/** The queue of one pipeline in a database that `migrate` has prepared. */
export function openQueue(
  pool: LedgerPool,
  pipeline: string,
  { log = () => undefined, lease = defaultLease, at }: QueueOptions = {},
): ImageQueue {
  const presence = openPresence(pool);
  const pipelineId = pipelineNumber(pool, pipeline);
  return {
    run: (options) => runQueue({ pool, pipeline, pipelineId, presence, lease, log, at }, options),
    lead: (lead, stop) => leadWhenFirst(presence, pipelineId, lead, stop),
  };
}

interface QueueParts {
  readonly pool: LedgerPool;
  readonly pipeline: string;
  readonly pipelineId: () => Promise<number>;
  readonly presence: Presence;
  readonly lease: number;
  readonly log: Log;
  readonly at: At | undefined;
}

type RunOptions = Parameters<ImageQueue['run']>[0];

/** Milliseconds between two tries to begin again after trouble, and how long it must go well to forget about it. */
const longestPause = 5_000;
const goodWhile = 10_000;

/**
 * See {@link ImageQueue.run}. From one trouble with the database to the next it is one stretch: a presence, a runner.
 * Images that were in work when a stretch ended stay in work; their fencing tokens protect them.
 * @throws KuvaError `database-schema` when the schema is gone, or another program's
 */
async function runQueue(parts: QueueParts, options: RunOptions): Promise<void> {
  const { presence } = parts;
  const { stop } = options;
  const inWork = new InWork(parts.pipeline, options, parts.log);
  const tell = tellOnce(options.onDatabaseTrouble);
  // Until everything is finished, this process has to be known as alive, also after it was told to stop.
  const over = new AbortController();
  void aborted(stop).then(async () => {
    await inWork.finished();
    over.abort();
  });
  presence.enter();
  try {
    for (let tries = 0; !stop.aborted || inWork.images.length > 0; tries++) {
      const began = performance.now();
      try {
        await stretch(parts, options, inWork, over.signal, tell);
      } catch (error) {
        const failure = databaseFailure(error);
        // No patience helps against a schema that is another program's. What is in work ends as it can.
        if (failure.code === 'database-schema') {
          await inWork.finished();
          throw failure;
        }
        tell(failure);
      }
      if (performance.now() - began > goodWhile) tries = 0;
      await pause(growingPause(tries, longestPause), AbortSignal.any([stop, over.signal]));
    }
    await leaveInOrder(presence, options.worker);
  } finally {
    await presence.leave();
  }
}

async function stretch(
  parts: QueueParts,
  options: RunOptions,
  inWork: InWork,
  over: AbortSignal,
  tell: (error: unknown) => void,
): Promise<void> {
  const { pool, presence, log } = parts;
  const { stop, worker, version, concurrency } = options;
  const session = await presence.session(over, tell);
  if (session === undefined) return;
  const id = await parts.pipelineId();
  const runner = startRunner({
    pool,
    task: `kuva-pipeline-${id}`,
    concurrency,
    work: (payload) => inWork.work(runner.id, payload),
    mayTake: () => inWork.below(concurrency),
    log,
    onOver: () => void parts.at?.('job-over'),
  });
  inWork.addPool(runner.id);
  const ended = new AbortController();
  try {
    // Its name is known to others before it takes its first job: else nobody could free that one after a kill.
    await runSql(session, 'select kuva.register_worker($1, $2, $3, $4, $5, $6, $7, $8)', [
      worker,
      id,
      hostname(),
      process.pid,
      version,
      inWork.pools,
      parts.lease,
      lockClasses.worker,
    ]);
    const note = (text: string): void => {
      log(text);
      options.onNote?.(text);
    };
    const regular = rescueRegularly({ session, worker, inWork, log: note });
    if (!stop.aborted) runner.open();
    tell(undefined);
    const finished = aborted(AbortSignal.any([stop, ended.signal]))
      .then(() => runner.close())
      .then(() => inWork.finished());
    const reason = await Promise.race([finished, runner.trouble, regular.failed, lossOf(session)]);
    await regular.stop();
    if (reason !== undefined) throw databaseFailure(reason);
  } finally {
    // In trouble nobody waits for it: what it has in work goes on, and what it cannot note is done again.
    ended.abort();
    runner.close().catch(() => undefined);
  }
}

async function lossOf({ lost }: Session): Promise<unknown> {
  await aborted(lost);
  const reason: unknown = lost.reason;
  return reason;
}

/** The database may be away: then others find this process gone and take over what it has. */
async function leaveInOrder(presence: Presence, worker: string): Promise<void> {
  const session: Session | undefined = await presence.session(AbortSignal.timeout(2_000));
  if (session !== undefined)
    await runSql(session, 'select kuva.unregister_worker($1)', [worker]).catch(() => undefined);
}

/** Milliseconds after which trouble that goes on is told of again, so that nobody takes it for over. */
const again = 60_000;

/** Tells of the first trouble, of another reason and of its end, not of each failure in between. */
function tellOnce(onTrouble: RunOptions['onDatabaseTrouble']): (error: unknown) => void {
  let told: number | undefined;
  let reason = '';
  return (error) => {
    if (error === undefined) {
      if (told !== undefined) onTrouble?.(undefined);
      told = undefined;
      return;
    }
    const { code, message, remedy } = databaseFailure(error);
    if (told !== undefined && code === reason && performance.now() - told < again) return;
    told = performance.now();
    reason = code;
    const note: FailureNote = { code, what: message, ...(remedy !== undefined && { remedy }) };
    onTrouble?.(note);
  };
}
