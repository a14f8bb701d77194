import type { At } from '../image/crashPoint.ts';
import type { ObjectKey } from '../image/key.ts';
import type { SeenObject } from '../ledger/contract/attempt.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { ListPage, ObjectStore, Unusable } from '../store/contract.ts';
import type { Clock } from './clock.ts';
import type { Outages, Resource } from './outages.ts';
import { patiently } from './patience.ts';
import type { Settling } from './settling.ts';

export interface DiscoverOptions {
  readonly input: ObjectStore;
  readonly ledger: Ledger;
  readonly outages: Outages;
  readonly clock: Clock;
  readonly partialWritesVisible: boolean;
  /** Milliseconds between two looks into the bucket. */
  readonly poll: number;
  /** Milliseconds between two passes at most, while passes find nothing that events had not told; else `poll`. */
  readonly idlePoll?: number;
  /** Milliseconds that a file must have been left alone; only where partial writes are visible. */
  readonly settle: number;
  /** Is this object not meant for us (a directory marker, a temporary file)? */
  readonly ignored: (object: SeenObject) => boolean;
  readonly onPass?: (pass: Pass) => void;
  /** See {@link crashPoints}. */
  readonly at?: At;
}

/** One look over the whole bucket. */
export interface Pass {
  readonly seen: number;
  /** Images that were new and are queued now. */
  readonly queued: number;
  /** Left for the next pass: files that may still be being written. */
  readonly unsettled: number;
  readonly unusable: readonly Unusable[];
  /** Milliseconds that listing and queueing took; outages, and tries that failed, are not in it. */
  readonly took: number;
}

/** Told of each page of a store that lists in order, so that the next looks can begin where new objects came. */
export type OnPage = (page: ListPage, after: ObjectKey | undefined) => void;

/** Names of unusable objects that a pass reports at most. */
const reportedUnusable = 100;

/**
 * Looks over the bucket once and queues what is new, a page at a time: the first images are in work long before
 * a large listing ends. Waits for the end of outages, and goes on after them at the page that it had come to:
 * begun anew each time, 500 pages would never be read from a server that fails once in a hundred requests.
 * @throws KuvaError when it was stopped, and what no patience helps against
 */
export async function discoverOnce(
  options: DiscoverOptions,
  settling: Settling,
  signal: AbortSignal,
  onPage?: OnPage,
): Promise<Pass> {
  const { input, ledger, clock } = options;
  const patient = patience(options, signal);
  const counted = { seen: 0, queued: 0, unsettled: 0 };
  const unusable: Unusable[] = [];
  let took = 0;
  const timed = async <T>(action: () => Promise<T>): Promise<T> => {
    const begun = clock.monotonic();
    const result = await action();
    took += clock.monotonic() - begun;
    return result;
  };
  let after: ObjectKey | undefined;
  const listedAt = await patient('database', () => ledger.now());
  settling.beginPass();
  await patient('input', async () => {
    if (after === undefined) Object.assign(counted, { seen: 0, unsettled: 0 });
    const pages = input.list({ signal, ...(after !== undefined && { after }) })[Symbol.asyncIterator]();
    try {
      for (
        let next = await timed(() => pages.next());
        next.done !== true;
        next = await timed(() => pages.next())
      ) {
        const page = next.value;
        const ready = choose(options, settling, page, counted);
        if (ready.length > 0) {
          const enqueue = () => timed(() => ledger.enqueue(input.bucket, ready, listedAt));
          await options.at?.('listed');
          counted.queued += await patient('database', enqueue);
          await options.at?.('queued');
        }
        unusable.push(...page.unusable.slice(0, reportedUnusable - unusable.length));
        if (input.inOrder !== true) continue;
        onPage?.(page, after);
        after = page.objects.at(-1)?.key ?? after;
      }
    } finally {
      await pages.return?.();
    }
  });
  settling.endPass();
  return { ...counted, unusable, took };
}

/** What of a page is to be queued. */
export function choose(
  options: Pick<DiscoverOptions, 'ignored' | 'partialWritesVisible'>,
  settling: Settling,
  page: Pick<ListPage, 'objects'>,
  counted: { seen: number; unsettled: number } = { seen: 0, unsettled: 0 },
): SeenObject[] {
  const wanted = page.objects.filter((object) => !options.ignored(object));
  counted.seen += wanted.length;
  if (!options.partialWritesVisible) return wanted;
  const ready = wanted.filter((object) => settling.isSettled(object));
  counted.unsettled += wanted.length - ready.length;
  return ready;
}

/** {@link patiently} with what discovery always says. */
export function patience(
  { outages, clock }: Pick<DiscoverOptions, 'outages' | 'clock'>,
  signal: AbortSignal,
): <T>(resource: Resource, action: () => Promise<T>) => Promise<T> {
  return (resource, action) => patiently(action, { resource, outages, clock, signal, evenLimited: true });
}
