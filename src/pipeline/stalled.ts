import type { LedgerStatus } from '../ledger/contract/status.ts';

/**
 * Since when nothing moves, if for `limit` milliseconds or more: images wait or are in work, and none has come to an
 * end. An image that was put in a moment ago, after a quiet night, is not what is meant. By the database's clock.
 */
export function stalledSince(
  { counts, now, oldestQueuedAt, lastEndedAt, workers }: LedgerStatus,
  limit: number,
): Date | undefined {
  if (counts.queued + counts.processing === 0) return undefined;
  const begun = workers.flatMap(({ longest }) => (longest === undefined ? [] : [longest.since.getTime()]));
  const waiting = Math.min(oldestQueuedAt?.getTime() ?? Number.POSITIVE_INFINITY, ...begun);
  const since = Math.max(waiting, lastEndedAt?.getTime() ?? 0);
  return Number.isFinite(since) && now.getTime() - since >= limit ? new Date(since) : undefined;
}
