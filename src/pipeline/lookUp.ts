import type { ObjectKey } from '../image/key.ts';
import { scratchPrefix, type ObjectVersion } from '../store/contract.ts';
import { choose, type DiscoverOptions } from './pass.ts';
import type { Settling } from './settling.ts';

/** Objects looked at one by one at the same time. */
const atOnce = 8;

/**
 * Looks at single objects that something hinted at, and queues those that are there and new. The hint itself is
 * believed in nothing: only what the store says counts.
 * @returns how many were queued
 */
export async function lookUp(
  { input, ledger, ...options }: DiscoverOptions,
  settling: Settling,
  keys: Iterable<ObjectKey>,
  signal: AbortSignal,
): Promise<number> {
  // A listing never shows a probe's scratch objects; a hint may name one.
  const wanted = [...keys].filter((key) => !key.startsWith(scratchPrefix));
  if (wanted.length === 0) return 0;
  const listedAt = await ledger.now();
  const objects: ObjectVersion[] = [];
  const waiting = wanted.values();
  const lane = async (): Promise<void> => {
    for (const key of waiting) {
      const object = await input.head(key, signal);
      if (object === undefined) settling.forget(key);
      else objects.push(object);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, wanted.length) }, lane));
  const ready = choose(options, settling, { objects });
  if (ready.length === 0) return 0;
  await options.at?.('listed');
  const queued = await ledger.enqueue(input.bucket, ready, listedAt);
  await options.at?.('queued');
  return queued;
}
