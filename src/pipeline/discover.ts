import type { ObjectKey } from '../image/key.ts';
import type { Ledger, SeenObject } from '../ledger/contract.ts';
import type { ListPage, ObjectStore, ObjectVersion, Unusable } from '../store/contract.ts';
import type { Clock } from './clock.ts';
import { Hints } from './hints.ts';
import type { Outages } from './outages.ts';
import { patiently } from './patience.ts';
import { Settling } from './settling.ts';

export interface DiscoverOptions {
  readonly input: ObjectStore;
  readonly ledger: Ledger;
  readonly outages: Outages;
  readonly clock: Clock;
  readonly partialWritesVisible: boolean;
  /** Milliseconds between two passes over the bucket. */
  readonly poll: number;
  /** Milliseconds that a file must have been left alone; only where partial writes are visible. */
  readonly settle: number;
  /** Is this object not meant for us (a directory marker, a temporary file)? */
  readonly ignored: (object: SeenObject) => boolean;
  readonly onPass?: (pass: Pass) => void;
}

/** One look over the whole bucket. */
export interface Pass {
  readonly seen: number;
  /** Images that were new and are queued now. */
  readonly queued: number;
  /** Left for the next pass: files that may still be being written. */
  readonly unsettled: number;
  readonly unusable: readonly Unusable[];
  /** Milliseconds. */
  readonly took: number;
}

/** Names of unusable objects that a pass reports at most. */
const reportedUnusable = 100;

/** Objects looked at one by one; more are left to a pass. */
const mostLookups = 1_000;

/**
 * Looks over the bucket once and queues what is new, a page at a time: the first images are in work long before
 * a large listing ends.
 */
export async function discoverOnce(
  options: DiscoverOptions,
  settling: Settling,
  signal: AbortSignal,
): Promise<Pass> {
  const { input, ledger, clock } = options;
  const begun = clock.monotonic();
  const listedAt = await ledger.now();
  const counted = { seen: 0, queued: 0, unsettled: 0 };
  const unusable: Unusable[] = [];
  settling.beginPass();
  for await (const page of input.list({ signal })) {
    const ready = choose(options, settling, page, counted);
    if (ready.length > 0) counted.queued += await ledger.enqueue(input.bucket, ready, listedAt);
    unusable.push(...page.unusable.slice(0, reportedUnusable - unusable.length));
  }
  settling.endPass();
  return { ...counted, unusable, took: clock.monotonic() - begun };
}

function choose(
  options: DiscoverOptions,
  settling: Settling,
  page: ListPage,
  counted: { seen: number; unsettled: number },
): SeenObject[] {
  const wanted = page.objects.filter((object) => !options.ignored(object));
  counted.seen += wanted.length;
  if (!options.partialWritesVisible) return wanted;
  const ready = wanted.filter((object) => settling.isSettled(object));
  counted.unsettled += wanted.length - ready.length;
  return ready;
}

/**
 * Keeps looking until `signal` is aborted: pass after pass, and in between at what the store hints at. A hint is
 * only ever a reason to look; the passes are the truth.
 */
export async function discover(options: DiscoverOptions, signal: AbortSignal): Promise<void> {
  const { clock } = options;
  const settling = new Settling(options.settle, clock);
  const hints = new Hints(clock);
  options.input.watch?.((key) => {
    hints.add(key);
  }, signal);
  while (!signal.aborted) {
    const pass = await patientPass(options, settling, signal);
    if (pass === undefined) return;
    options.onPass?.(pass);
    // A large bucket is not listed without a break: the store has better things to do.
    const until = clock.monotonic() + Math.max(options.poll, pass.took);
    await followHints(options, settling, hints, until, signal);
  }
}

/** A pass that waits for the end of outages; undefined when it was stopped. */
async function patientPass(
  options: DiscoverOptions,
  settling: Settling,
  signal: AbortSignal,
): Promise<Pass | undefined> {
  try {
    return await patiently(() => discoverOnce(options, settling, signal), {
      resource: 'input',
      outages: options.outages,
      clock: options.clock,
      signal,
    });
  } catch (thrown) {
    if (signal.aborted) return undefined;
    throw thrown;
  }
}

/** Looks at single objects as they are hinted at, until it is time for the next pass. */
async function followHints(
  options: DiscoverOptions,
  settling: Settling,
  hints: Hints,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && options.clock.monotonic() < until) {
    const waiting = settling.keys();
    const left = until - options.clock.monotonic();
    await hints.wait(waiting.length > 0 ? Math.min(options.settle, left) : left, signal);
    const hinted = hints.take();
    if (hinted === 'everything' || waiting.length + hinted.length > mostLookups) return;
    try {
      await lookAt(options, settling, new Set([...hinted, ...waiting]), signal);
    } catch {
      // A hint is only a hint. What is wrong shows in the next pass, which is patient and tells about it.
    }
  }
}

async function lookAt(
  { input, ledger, ...options }: DiscoverOptions,
  settling: Settling,
  keys: ReadonlySet<ObjectKey>,
  signal: AbortSignal,
): Promise<void> {
  if (keys.size === 0) return;
  const listedAt = await ledger.now();
  const objects: ObjectVersion[] = [];
  for (const key of keys) {
    const object = await input.head(key, signal);
    if (object === undefined) settling.forget(key);
    else objects.push(object);
  }
  const ready = choose(
    { input, ledger, ...options },
    settling,
    { objects, unusable: [] },
    { seen: 0, unsettled: 0 },
  );
  if (ready.length > 0) await ledger.enqueue(input.bucket, ready, listedAt);
}
