import { showDuration } from '../image/quantity.ts';
import type { LedgerStatus } from '../ledger/contract/status.ts';
import { stalledSince } from './stalled.ts';

/** How it goes in one word and one line, the worst first: for `kuva status --check`, scripts and the dashboard. */
export interface Verdict {
  readonly verdict: 'ok' | 'outage' | 'stalled' | 'set-aside';
  readonly text: string;
}

/** @param stalled milliseconds without an end of any image after which nothing moves */
export function verdictOf(status: LedgerStatus, stalled: number): Verdict {
  const { counts, outages, now } = status;
  const [outage] = outages;
  if (outage !== undefined) {
    const text = `${outage.failure.what}, for ${showDuration(Math.max(0, now.getTime() - outage.since.getTime()))}`;
    return { verdict: 'outage', text };
  }
  const since = stalledSince(status, stalled);
  if (since !== undefined) {
    const alive = status.workers.filter((worker) => worker.alive).length;
    const text = `${counts.queued} wait, ${counts.processing} in work, none has come to an end for ${showDuration(now.getTime() - since.getTime())}; workers alive: ${alive}`;
    return { verdict: 'stalled', text };
  }
  const aside = counts.rejected + counts.failed;
  if (aside > 0) {
    const text = `${aside} ${aside === 1 ? 'image is' : 'images are'} set aside: kuva log --state rejected failed`;
    return { verdict: 'set-aside', text };
  }
  return { verdict: 'ok', text: `${counts.done} done, ${counts.queued} wait` };
}
