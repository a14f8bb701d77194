import { KuvaError } from '../image/failure.ts';
import type { QueuedImage } from '../ledger/contract/attempt.ts';
import type { ImageQueue } from '../ledger/contract/queue.ts';
import { discover } from './discover.ts';
import { followEvents } from './followEvents.ts';
import type { Hints } from './hints.ts';
import type { PipelineParts } from './parts.ts';
import type { DiscoverOptions } from './pass.ts';
import { processImage } from './processImage.ts';

export interface WorkerOptions {
  readonly parts: PipelineParts;
  readonly queue: ImageQueue;
  /** How this worker looks for new images when it is its turn; left out: it only processes. */
  readonly discovery?: DiscoverOptions;
  /** What events of the bucket hint at, on this worker: queued by it, whoever discovers. Needs `discovery`. */
  readonly eventHints?: Hints;
  readonly version: string;
  /** Images in work at the same time. */
  readonly concurrency: number;
  /** Aborted: take no more images, finish what is under way, then return. */
  readonly stop: AbortSignal;
  /** Aborted: leave images under way to their next attempt. */
  readonly stopNow: AbortSignal;
  /** Told whenever the number of images under way changes. */
  readonly onUnderWay?: (count: number) => void;
  /** Told what else a person may want to know, e.g. whose images were taken over. */
  readonly onNote?: (text: string) => void;
}

/**
 * One worker: processes queued images, and discovers new ones whenever no other worker of this pipeline does.
 * Runs until it is stopped; outages are waited for, not thrown.
 * @throws KuvaError `database-schema` when the ledger is gone or another version's; what was under way is finished then
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { parts, queue, discovery, eventHints, version, concurrency, stop, stopNow } = options;
  // If one half ends with an error, the other must not go on alone.
  const failed = new AbortController();
  const end = AbortSignal.any([stop, failed.signal]);
  const watched = async (half: Promise<void>): Promise<void> => {
    try {
      await half;
    } catch (thrown) {
      failed.abort(thrown);
      throw thrown;
    }
  };
  let underWay = 0;
  const work = async (queued: QueuedImage): Promise<void> => {
    options.onUnderWay?.(++underWay);
    try {
      await processImage(parts, queued, stopNow);
    } finally {
      options.onUnderWay?.(--underWay);
    }
  };
  const processing = queue.run({
    worker: parts.worker,
    version,
    concurrency,
    work,
    stop: end,
    ...(options.onNote !== undefined && { onNote: options.onNote }),
    onDatabaseTrouble: (failure) => {
      if (failure === undefined) parts.outages.over('database');
      else parts.outages.noticed('database', new KuvaError(failure.code, failure));
    },
  });
  const leading =
    discovery === undefined
      ? undefined
      : queue.lead((signal) => discover(discovery, AbortSignal.any([signal, end])), end);
  const following =
    discovery === undefined || eventHints === undefined
      ? undefined
      : followEvents(discovery, eventHints, end);
  const ends = await Promise.allSettled([
    watched(processing),
    ...(leading === undefined ? [] : [watched(leading)]),
    ...(following === undefined ? [] : [watched(following)]),
  ]);
  const bad = ends.find((result) => result.status === 'rejected');
  if (bad !== undefined) throw bad.reason;
}
