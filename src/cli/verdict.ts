import { showDuration } from '../image/quantity.ts';
import type { LedgerStatus } from '../ledger/contract.ts';
import { stalledSince } from '../pipeline/stalled.ts';
import { exitCodes } from './exit.ts';

/** What `kuva status --check` says, the worst first. */
export interface Verdict {
  readonly verdict: 'ok' | 'outage' | 'stalled' | 'set-aside';
  readonly text: string;
  readonly exit: number;
}

/** @param stalled milliseconds without an end of any image after which nothing moves */
export function verdictOf(status: LedgerStatus, stalled: number): Verdict {
  const { counts, outages, now } = status;
  const [outage] = outages;
  if (outage !== undefined) {
    const text = `${outage.failure.what}, for ${showDuration(Math.max(0, now.getTime() - outage.since.getTime()))}`;
    return { verdict: 'outage', text, exit: exitCodes.unavailable };
  }
  const since = stalledSince(status, stalled);
  if (since !== undefined) {
    const alive = status.workers.filter((worker) => worker.alive).length;
    const text = `${counts.queued} wait, ${counts.processing} in work, none has come to an end for ${showDuration(now.getTime() - since.getTime())}; workers alive: ${alive}`;
    return { verdict: 'stalled', text, exit: exitCodes.stalled };
  }
  const aside = counts.rejected + counts.failed;
  if (aside > 0) {
    const text = `${aside} ${aside === 1 ? 'image is' : 'images are'} set aside: kuva log --state rejected failed`;
    return { verdict: 'set-aside', text, exit: exitCodes.setAside };
  }
  return { verdict: 'ok', text: `${counts.done} done, ${counts.queued} wait`, exit: exitCodes.ok };
}
