import { KuvaError } from '../../image/failure.ts';
import type { WireAnswer } from './exchange.ts';
import { CloudSilent } from './network.ts';
import { readRefusal } from './refusal.ts';

/** How often one request is sent at most. */
export const tries = 5;

/** Milliseconds before the second try; doubled each time: 15 s in all, as long as a restart of an API takes. */
const firstPause = 1000;

/** Milliseconds that a service may ask for; one that asks for more is told of instead. */
const longestPause = 60_000;

/**
 * Is another try worth it, and harmless?
 * - A request that did not reach the service: always.
 * - 429: always, since nothing was done.
 * - 400 with Trove's "An unknown exception occurred", its word for a fault of its own, as when Nova lists a server twice to it
 *   (trove/instance/models.py, load_servers): only what may be done twice.
 * - No answer, or 502, 503, 504: only what may be done twice. A server that is asked for twice is there twice.
 * - 500: a fault in the service itself, which is there the next time too, after work that may be half done.
 */
export function mayRepeat(outcome: WireAnswer | KuvaError, repeatable: boolean): boolean {
  if (outcome instanceof KuvaError) {
    return outcome instanceof CloudSilent && outcome.mayPass && (repeatable || outcome.neverArrived);
  }
  const { status } = outcome;
  if (askedPause(outcome) > longestPause) return false;
  // Trove and older Novas say 413 when they mean 429; a quota's 413 has no Retry-After.
  if (status === 429 || (status === 413 && outcome.headers.has('retry-after'))) return true;
  return repeatable && ([502, 503, 504].includes(status) || isOwnFault(outcome));
}

function isOwnFault({ status, body }: WireAnswer): boolean {
  return status === 400 && readRefusal(status, body).message === 'An unknown exception occurred';
}

/** Milliseconds. @param number of the try that has failed, from 1 */
export function pauseBefore(number: number, outcome: WireAnswer | KuvaError): number {
  const own = firstPause * 2 ** (number - 1);
  return outcome instanceof KuvaError ? own : Math.max(own, askedPause(outcome));
}

/** What `Retry-After` asks for, in milliseconds; 0 where it is missing. */
function askedPause({ headers }: WireAnswer): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? 0 : Math.max(0, moment - Date.parse(headers.get('date') ?? '')) || 0;
}
