import type { LedgerStatus } from '../ledger/contract/status.ts';
import { rateOf, timeLeft } from './throughput.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The status with what follows from it: what `kuva status --json` prints and the dashboard's API answers. */
export interface StatusReport extends LedgerStatus, Verdict {
  readonly pipeline: string;
  /** Images a second. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
}

/** @param stalled milliseconds without an end of any image after which nothing moves */
export function statusReport(pipeline: string, status: LedgerStatus, stalled: number): StatusReport {
  const left = timeLeft(status);
  return {
    pipeline,
    ...status,
    rate: rateOf(status) ?? null,
    secondsLeft: left === undefined ? null : Math.round(left / 1000),
    ...verdictOf(status, stalled),
  };
}
