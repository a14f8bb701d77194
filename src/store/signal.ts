import { setMaxListeners } from 'node:events';

/**
 * One signal stops many transfers at once, each listening until it ends; Node would take the eleventh for a leak
 * and warn. (A signal without a limit warns of nothing; the listeners are removed at each transfer's end.)
 */
export function heardByMany(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal !== undefined) setMaxListeners(0, signal);
  return signal;
}
