import { pause } from './pause.ts';

/**
 * Time and chance as the pipeline sees them. Handed in, so that a simulation can run a day of outages in a
 * millisecond, and the same one again from its seed.
 */
export interface Clock {
  /** The time of day: milliseconds since 1970. May jump. */
  now(): number;
  /** Milliseconds since some moment: for durations. Never goes back. */
  monotonic(): number;
  /** Waits so many milliseconds, and returns early (without an error) when the signal is aborted. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** A number of 0 or more and less than 1, for spreading pauses. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  pause,
  random: () => Math.random(),
};
