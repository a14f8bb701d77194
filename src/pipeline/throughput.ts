import type { LedgerStatus } from '../ledger/contract/status.ts';

/** Fewer in the last minute are no rate. */
const enough = 5;

/**
 * Images done a second: by the last minute while it goes fast, else by the last hour. Undefined: none was done in that.
 */
export function rateOf({ doneLastMinute, doneLastHour }: LedgerStatus): number | undefined {
  if (doneLastMinute >= enough) return doneLastMinute / 60;
  return doneLastHour > 0 ? doneLastHour / 3_600 : undefined;
}

/** Milliseconds until nothing waits any more, if it goes on at this rate and nothing new comes. Undefined: unknown. */
export function timeLeft(status: LedgerStatus): number | undefined {
  const left = status.counts.queued + status.counts.processing;
  const rate = rateOf(status);
  return left === 0 || rate === undefined ? undefined : (left / rate) * 1000;
}
