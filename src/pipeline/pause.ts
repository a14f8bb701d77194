import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, and returns early (without an error) when the signal is aborted. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (thrown) {
    if (!signal?.aborted) throw thrown;
  }
}

/**
 * The pause before try number `number` + 1: it doubles from `first` to `longest`, and a random part of it (up to
 * half) is left out, so that many workers do not come back at the same moment.
 * @param number 1 after the first failure
 * @param random from 0 to 1: how much of that part
 */
export function growingPause(number: number, first: number, longest: number, random: number): number {
  const full = Math.min(longest, first * 2 ** Math.min(number - 1, 30));
  return Math.round(full * (1 - random / 2));
}
