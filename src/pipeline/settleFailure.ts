import type { KuvaError } from '../image/failure.ts';
import type { Attempt, Settlement } from '../ledger/contract/attempt.ts';
import type { ImageEnd } from './event.ts';
import type { PipelineParts } from './parts.ts';
import { patiently } from './patience.ts';
import { noteOf } from './failureNote.ts';
import { moveAside, type Settle } from './moveAside.ts';
import { growingPause } from './pause.ts';

/** A file this young (ms) that looks broken may just not be finished: it is looked at again. Folders only. */
const youngFile = 3_000;

/** Decides, by the failure's kind alone, what becomes of an image whose attempt did not succeed, and writes it down. */
export async function settleFailure(
  parts: PipelineParts,
  attempt: Attempt,
  failure: KuvaError,
  stop: AbortSignal,
): Promise<ImageEnd> {
  const { image } = attempt;
  if (failure.code === 'lease-lost') return { kind: 'lost', image };
  const settle: Settle = async (settlement) => {
    const settled = await patiently(() => parts.ledger.settle(attempt, settlement), {
      resource: 'database',
      outages: parts.outages,
      clock: parts.clock,
      signal: parts.ending,
    });
    await parts.at?.('attempt-settled');
    return settled;
  };
  const told = async (
    kind: Exclude<ImageEnd['kind'], 'done' | 'lost'>,
    settlement: Settlement,
  ): Promise<ImageEnd> =>
    (await settle(settlement)) === 'lost' ? { kind: 'lost', image } : { kind, image, failure };
  const note = noteOf(failure);
  if (failure.code === 'skipped-by-rule') return told('skipped', { state: 'skipped', failure: note });

  switch (failure.retry) {
    case 'gone':
      return told('superseded', { state: 'superseded', failure: note });
    case 'patient':
      return told('postponed', {
        state: 'postponed',
        failure: note,
        delayMs: postponement(failure, parts.clock.random()),
      });
    case 'limited':
      return told(attempt.number >= parts.maxAttempts ? 'failed' : 'attempt-failed', {
        state: 'attempt-failed',
        failure: note,
        delayMs: growingPause(attempt.number, 1_000, 300_000, parts.clock.random()),
      });
    case 'never':
      break;
  }

  if (await mayBeUnfinished(parts, attempt)) {
    return told('postponed', { state: 'postponed', failure: note, delayMs: youngFile });
  }
  // A copy that was moved away when it was done stays where it is.
  if (parts.rejected === undefined || attempt.source !== undefined)
    return told('rejected', { state: 'rejected', failure: note });
  return moveAside({ parts, store: parts.rejected, attempt, failure, settle, stop });
}

/**
 * Milliseconds. A right that is missing is not given within seconds, and a thousand images that wait for it must not
 * stand in the way of new ones.
 */
function postponement({ code }: KuvaError, random: number): number {
  const longer = code === 'store-denied' || code === 'store-readonly';
  return growingPause(longer ? 6 : 4, 1_000, 60_000, random);
}

/** A folder shows files that are still being written. */
async function mayBeUnfinished(parts: PipelineParts, attempt: Attempt): Promise<boolean> {
  if (!parts.partialWritesVisible || attempt.source !== undefined) return false;
  try {
    const there = await parts.input.head(attempt.image.key);
    const age =
      there === undefined ? Number.POSITIVE_INFINITY : parts.clock.now() - there.lastModified.getTime();
    return age >= 0 && age < youngFile;
  } catch {
    return false;
  }
}
