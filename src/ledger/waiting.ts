import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the signal is aborted, at once if it is. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

/** Waits, but not longer than until the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Pauses that double from 100 ms to `longest`, spread by half to either side, so that workers do not come in step. */
export function growingPause(tries: number, longest: number): number {
  return Math.min(longest, 100 * 2 ** Math.min(tries, 20)) * (0.5 + Math.random());
}
