import type { ImageState } from '../image/state.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import { type DiscoverOptions, discoverOnce, type Pass } from './pass.ts';
import { patiently } from './patience.ts';
import { Settling } from './settling.ts';

export interface DrainOptions {
  readonly discovery: DiscoverOptions;
  readonly ledger: Ledger;
  readonly stop: AbortSignal;
  /** Told often: how far it is. */
  readonly onProgress?: (counts: Readonly<Record<ImageState, number>>, listed: boolean) => void;
}

/** Milliseconds between two looks at how far it is: longer while there is much to do, so that nobody waits for the last. */
const look = { shortest: 100, longest: 500, perImage: 2 } as const;

/**
 * Feeds everything that lies in the bucket into the queue, and returns when nothing is left to do: the bucket was
 * looked over without finding anything new, and no image is queued or in work. Processing is the business of a
 * worker beside it. Needs no lock: discovering twice does no harm.
 */
export async function drain(options: DrainOptions): Promise<void> {
  const { discovery, ledger, stop, onProgress } = options;
  const { clock } = discovery;
  const settling = new Settling(discovery.settle, clock);
  const patience = { outages: discovery.outages, clock, signal: stop };
  let listed = false;

  const report = async (): Promise<number> => {
    const counts = await patiently(() => ledger.counts(), {
      ...patience,
      resource: 'database',
      reading: true,
    });
    onProgress?.(counts, listed);
    return counts.queued + counts.processing;
  };
  const lookOver = async (): Promise<Pass> => {
    const pass = await discoverOnce(discovery, settling, stop);
    discovery.onPass?.(pass);
    return pass;
  };

  const rest = async (milliseconds: number): Promise<void> => {
    await clock.pause(milliseconds, stop);
    stop.throwIfAborted();
  };

  // The first listing may take minutes: it is told meanwhile how far the worker beside it is.
  const over = new AbortController();
  const tick = async (): Promise<void> => {
    for (;;) {
      await clock.pause(look.longest, over.signal);
      if (listed || over.signal.aborted) return;
      await report().catch(() => undefined);
    }
  };
  void tick();
  try {
    for (;;) {
      const pass = await lookOver();
      listed = true;
      for (let left = await report(); left > 0; left = await report())
        await rest(Math.min(look.longest, Math.max(look.shortest, left * look.perImage)));
      if (pass.queued === 0 && pass.unsettled === 0) return;
      if (pass.unsettled > 0) await rest(discovery.settle);
    }
  } catch (thrown) {
    if (!stop.aborted) throw thrown;
  } finally {
    over.abort();
  }
}
