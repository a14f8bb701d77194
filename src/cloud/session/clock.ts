import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the clouds' clients see it. Handed in, so that a test of a wait of half an hour takes no time. */
export interface CloudClock {
  /** The time of day: milliseconds since 1970. May jump. */
  now(): number;
  /** Milliseconds since some moment: for durations. Never goes back. */
  monotonic(): number;
  /** Waits so many milliseconds, and returns early (without an error) when the signal is aborted. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemCloudClock: CloudClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async pause(milliseconds, signal) {
    if (signal?.aborted) return;
    try {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (thrown) {
      if (!signal?.aborted) throw thrown;
    }
  },
};
