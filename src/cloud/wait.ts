/** Waiting for what a cloud does by and by: always with a limit, and always saying what was waited for. */
import { KuvaError } from '../image/failure.ts';
import { showDuration } from '../image/quantity.ts';
import type { CloudClock } from './session/clock.ts';

/** What one look found: it is there, or not yet, in a state that a person can read. */
export type Look<T> = { readonly found: T } | { readonly state: string };

export interface Waiting {
  /** "server kuva-1 to become ACTIVE": goes after "waited for". */
  readonly what: string;
  /** Milliseconds. */
  readonly limit: number;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly clock: CloudClock;
  readonly signal?: AbortSignal | undefined;
  /** Told of every look that found it not ready yet. */
  readonly seen?: ((state: string, waited: number) => void) | undefined;
}

/**
 * Looks again and again until what is waited for is there.
 * @throws KuvaError `cloud-timeout`, `interrupted`, and what `look` throws: it decides what cannot come any more
 */
export async function waitUntil<T>(waiting: Waiting, look: () => Promise<Look<T>>): Promise<T> {
  const { what, limit, every, clock, signal, seen } = waiting;
  const began = clock.monotonic();
  for (;;) {
    if (signal?.aborted) {
      throw new KuvaError('interrupted', { what: `Stopped while waiting for ${what}`, cause: signal.reason });
    }
    const looked = await look();
    if ('found' in looked) return looked.found;
    const waited = clock.monotonic() - began;
    seen?.(looked.state, waited);
    if (waited >= limit) {
      throw new KuvaError('cloud-timeout', {
        what: `Waited ${showDuration(limit)} for ${what}; the last state was ${looked.state}`,
        data: 'It was left as it is, and may still come.',
        remedy: 'Run the command again later: it goes on from what is there.',
      });
    }
    await clock.pause(Math.min(every, limit - waited), signal);
  }
}
