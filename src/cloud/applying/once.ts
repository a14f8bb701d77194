import type { CloudClock } from '../session/clock.ts';
import { CloudSilent } from '../session/network.ts';

export interface MakeOnce<T> {
  /** Finds it by its mark or name, whoever made it and when. */
  readonly look: () => Promise<T | undefined>;
  readonly make: () => Promise<T>;
  readonly clock: CloudClock;
  readonly signal?: AbortSignal;
}

/** Milliseconds. A request whose answer was lost may still be at work; nothing of ours took longer than 2 s to show. */
const looks = [500, 1000, 2000, 4000];

/**
 * Makes what must not be there twice: looks first, and when the answer of making it was lost, looks again instead of
 * asking again. The clouds themselves take two of the same name without a word.
 */
export async function makeOnce<T>({ look, make, clock, signal }: MakeOnce<T>): Promise<T> {
  const there = await look();
  if (there !== undefined) return there;
  try {
    return await make();
  } catch (failure) {
    if (!(failure instanceof CloudSilent) || failure.neverArrived) throw failure;
    for (const pause of looks) {
      await clock.pause(pause, signal);
      const made = await look().catch(() => undefined);
      if (made !== undefined) return made;
    }
    throw failure;
  }
}
