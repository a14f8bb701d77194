import type { Hints } from './hints.ts';
import { lookUp } from './lookUp.ts';
import { Pace } from './pace.ts';
import { type DiscoverOptions, discoverOnce, patience } from './pass.ts';
import { Settling } from './settling.ts';

/** Milliseconds: the first pause after hints that led to nothing new, and the longest. */
const firstRest = 50;
const longestRest = 1_000;

/** Milliseconds after which it wakes up for nothing: a wait needs some end. */
const whenQuiet = 60_000;

/**
 * Queues what the events of the bucket tell of, on whichever worker receives them: it need not be the one that
 * discovers, since queueing twice does no harm. Runs until `signal` is aborted.
 *
 * However many events come, doubled or made up, the store and the database are asked at a bounded rate: a key that
 * is told of many times is looked at once a round, and after rounds that found nothing new the next one comes later,
 * up to a second. More keys than can be held are answered by a pass over the bucket.
 */
export async function followEvents(
  options: DiscoverOptions,
  hints: Hints,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  const settling = new Settling(options.settle, clock);
  const patient = patience(options, signal);
  const pace = new Pace(options.poll);
  let rest = firstRest;
  let passOwed = false;
  let passFrom = clock.monotonic();
  const round = async (): Promise<number> => {
    const hinted = hints.take();
    if (hinted === 'everything') passOwed = true;
    else if (hinted.length > 0) return patient('input', () => lookUp(options, settling, hinted, signal));
    if (!passOwed || clock.monotonic() < passFrom) return 0;
    passOwed = false;
    const pass = await discoverOnce(options, settling, signal);
    passFrom = clock.monotonic() + pace.afterPass(pass);
    return pass.queued;
  };
  while (!signal.aborted) {
    await hints.wait(passOwed ? Math.max(0, passFrom - clock.monotonic()) : whenQuiet, signal);
    try {
      rest = (await round()) > 0 ? firstRest : Math.min(longestRest, rest * 2);
    } catch {
      // Stopped, or something that no patience helps against: the passes tell about it.
      passOwed = true;
      rest = longestRest;
    }
    await clock.pause(rest, signal);
  }
}
