/** Kills a worker at a point, lets others go on or starts it anew, and leaves the judgement to the promise. */
import type { CrashPoint } from '../../../src/image/crashPoint.ts';
import { drain } from '../../../src/pipeline/drain.ts';
import { startChild } from '../../processes/child.ts';
import { wire, type Wiring } from './wire.ts';
import type { World } from './world.ts';

/** Milliseconds; a case takes four to eight seconds on two free cores. */
const longest = 90_000;

/** A worker in a process of its own, which dies at the nth passing of a point. */
export function startDoomed(
  wiring: Wiring,
  point: CrashPoint,
  nth = 1,
): { readonly working: Promise<unknown>; readonly died: Promise<boolean>; stop: () => Promise<void> } {
  const child = startChild(new URL('worker.ts', import.meta.url), ['doomed', point, String(nth)], {
    env: { KUVA_TEST_WIRING: JSON.stringify(wiring) },
  });
  const timer = setTimeout(() => void child.kill('SIGTERM'), longest / 2);
  const died = child.ended.then(({ signal }) => {
    clearTimeout(timer);
    if (signal !== 'SIGKILL') console.log(child.lines.join('\n'));
    return signal === 'SIGKILL';
  });
  const working = child.line(/^working$/).catch(() => undefined);
  return { working, died, stop: () => child.kill() };
}

/** Starts a worker anew, as after a crash, and lets it work until nothing is left to do. */
export async function restartAndFinish(wiring: Wiring, name = 'again'): Promise<void> {
  const { run, discovery, ledger, close } = await wire(wiring, name);
  const stop = new AbortController();
  const working = run(stop.signal);
  try {
    const until = AbortSignal.timeout(longest);
    await drain({ discovery, ledger, stop: until });
    if (until.aborted) throw new Error('the restarted worker came to no end');
  } finally {
    stop.abort();
    await working;
    await close();
  }
}

/** Workers that nothing happens to. */
export async function startBystanders(wiring: Wiring, count: number): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const wired = await Promise.all(
    Array.from({ length: count }, (_, index) => wire(wiring, `bystander-${index}`)),
  );
  const working = wired.map(({ run }) => run(stop.signal));
  return async () => {
    stop.abort();
    await Promise.all(working);
    await Promise.all(wired.map(({ close }) => close()));
  };
}

/** Half-written files of a dead worker are no outputs; the next start removes them. */
const halfWritten = /^half: the file \.kuva\/held\/[^/]+\/t\d+ /;

/**
 * Waits until the promise has nothing to object to but half-written files beside; otherwise gives what it objects to
 * at the end.
 */
export async function untilKept(world: World): Promise<string[]> {
  const until = Date.now() + longest / 2;
  for (;;) {
    const found = (await world.violations()).filter((one) => !halfWritten.test(one));
    if (found.length === 0 || Date.now() > until) return found;
    await new Promise((wake) => setTimeout(wake, 300));
  }
}
