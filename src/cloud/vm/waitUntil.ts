import { setTimeout as sleep } from 'node:timers/promises';
import { KuvaError, toKuvaError } from '../../image/failure.ts';
import { showDuration } from '../../image/quantity.ts';

export interface Waiting {
  /** "SSH on kuva-worker-1": completes "waited 5 min for …". */
  readonly what: string;
  /** Milliseconds. */
  readonly limit: number;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly remedy?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a look found: what was waited for, or why it is not there yet. */
export type Look<T> = { readonly found: T } | { readonly notYet: string };

/**
 * Looks again and again until there is an answer. `vm-unreachable` means "not yet"; every other error ends it.
 * @throws KuvaError `vm-failed` when the limit is over, saying what was waited for and what the last look found
 */
export async function waitUntil<T>(waiting: Waiting, look: () => Promise<Look<T>>): Promise<T> {
  const { what, limit, interval, remedy, signal } = waiting;
  const end = performance.now() + limit;
  for (;;) {
    const looked = await lookOnce(look);
    if ('found' in looked) return looked.found;
    if (signal?.aborted === true)
      throw new KuvaError('interrupted', { what: `Stopped while waiting for ${what}` });
    if (performance.now() >= end) {
      throw new KuvaError('vm-failed', {
        what: `Waited ${showDuration(limit)} for ${what}. At last: ${looked.notYet}`,
        ...(remedy !== undefined && { remedy }),
      });
    }
    await sleep(interval, undefined, { signal }).catch(() => undefined);
  }
}

async function lookOnce<T>(look: () => Promise<Look<T>>): Promise<Look<T>> {
  try {
    return await look();
  } catch (thrown) {
    const failure = toKuvaError(thrown);
    if (failure.code !== 'vm-unreachable') throw failure;
    return { notYet: failure.message };
  }
}
