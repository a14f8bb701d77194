import { type KuvaError, toKuvaError } from '../image/failure.ts';
import type { Clock } from './clock.ts';
import type { Outages, Resource } from './outages.ts';
import { growingPause } from './pause.ts';

export interface PatienceOptions {
  readonly resource: Resource;
  readonly outages: Outages;
  readonly clock: Clock;
  /** Aborted: the process wants to end. Gives up soon, with the failure that was waited for. */
  readonly signal?: AbortSignal;
  /** The action only reads: its success does not end an outage of writing. */
  readonly reading?: true;
  /** Milliseconds after which to give up; for ever when left out. */
  readonly limit?: number;
  /** The object that is asked for; left out: the resource as a whole. */
  readonly subject?: string;
  /**
   * Waits for the end of `limited` failures too: an answer that makes no sense must not end the look-out for new images.
   */
  readonly evenLimited?: boolean;
}

const firstPause = 200;
const longestPause = 10_000;
/** How long (ms) an outage is still waited for once the process wants to end: a hiccup need not undo an image's work. */
const lastTries = 2_000;

/**
 * Does `action` again and again, with growing, jittered pauses, while it fails because of an outage (`patient`
 * failures). Any other failure is thrown at once. `action` must be harmless to repeat: its effect may have taken
 * place although its answer was lost.
 */
export async function patiently<T>(action: () => Promise<T>, options: PatienceOptions): Promise<T> {
  const { resource, outages, clock, signal, subject, limit = Number.POSITIVE_INFINITY } = options;
  const begun = clock.monotonic();
  for (let tries = 1; ; tries++) {
    try {
      const result = await action();
      outages.over(resource, subject, options.reading);
      return result;
    } catch (thrown) {
      const failure: KuvaError = toKuvaError(thrown);
      // It did answer.
      if (failure.retry === 'gone') outages.over(resource, subject);
      if (!isWaitedFor(failure, options)) throw failure;
      outages.noticed(resource, failure, subject);
      const ending = signal?.aborted === true;
      const wait = growingPause(ending ? 1 : tries, firstPause, longestPause, clock.random());
      if (clock.monotonic() - begun + wait > (ending ? lastTries : limit)) throw failure;
      await clock.pause(wait, ending ? undefined : signal);
    }
  }
}

function isWaitedFor({ code, retry }: KuvaError, { evenLimited = false }: PatienceOptions): boolean {
  // A stop is for whoever asked for it, not for trying again.
  return code !== 'interrupted' && (retry === 'patient' || (evenLimited && retry === 'limited'));
}
