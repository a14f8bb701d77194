import { Hints } from './hints.ts';
import { lookUp } from './lookUp.ts';
import { Pace } from './pace.ts';
import { type DiscoverOptions, discoverOnce, type Pass } from './pass.ts';
import { Recent } from './recent.ts';
import { Settling } from './settling.ts';

/** Objects looked at one by one; more are left to a pass. */
const mostLookups = 1_000;

/**
 * Keeps looking until `signal` is aborted: pass after pass, in between at the places where new objects came last, and
 * at what the store hints at. A hint is only ever a reason to look; the passes are the truth.
 */
export async function discover(options: DiscoverOptions, signal: AbortSignal): Promise<void> {
  const { clock, input } = options;
  const settling = new Settling(options.settle, clock);
  const hints = new Hints(clock);
  const recent = new Recent();
  const pace = new Pace(options.poll, options.idlePoll);
  input.watch?.((key) => {
    hints.add(key);
  }, signal);
  while (!signal.aborted) {
    const pass = await passOver(options, settling, recent, signal);
    if (pass === undefined) return;
    options.onPass?.(pass);
    const until = clock.monotonic() + pace.afterPass(pass);
    await between({ options, settling, hints, recent, pace }, until, signal);
  }
}

/** Undefined when it was stopped. */
async function passOver(
  options: DiscoverOptions,
  settling: Settling,
  recent: Recent,
  signal: AbortSignal,
): Promise<Pass | undefined> {
  try {
    recent.beginPass();
    return await discoverOnce(options, settling, signal, (page, after) => {
      recent.saw(page, after);
    });
  } catch (thrown) {
    if (signal.aborted) return undefined;
    throw thrown;
  }
}

interface Between {
  readonly options: DiscoverOptions;
  readonly settling: Settling;
  readonly hints: Hints;
  readonly recent: Recent;
  readonly pace: Pace;
}

/** Looks at single objects as they are hinted at, and where new ones came last, until it is time for the next pass. */
async function between(
  { options, settling, hints, recent, pace }: Between,
  planned: number,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  let until = planned;
  let shortLook = clock.monotonic() + pace.beforeShortLook();
  while (!signal.aborted && clock.monotonic() < until) {
    const waiting = settling.keys();
    const left = (options.input.inOrder === true ? Math.min(shortLook, until) : until) - clock.monotonic();
    await hints.wait(Math.min(settling.nextIn() ?? left, left), signal);
    const hinted = hints.take();
    if (hinted === 'everything' || waiting.length + hinted.length > mostLookups) return;
    try {
      await lookUp(options, settling, new Set([...hinted, ...waiting]), signal);
      const now = clock.monotonic();
      if (options.input.inOrder !== true || now < shortLook || now >= until) continue;
      if ((await recent.look(options, settling, signal)) > 0) pace.found();
      shortLook = clock.monotonic() + pace.beforeShortLook(clock.monotonic() - now);
    } catch {
      // What is wrong shows in the next pass, which is patient, tells about it, and finds what was hinted at.
      until = Math.min(until, clock.monotonic() + options.poll);
      shortLook = until;
    }
  }
}
