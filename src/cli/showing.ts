import { parseObjectKey } from '../image/key.ts';
import { showDuration } from '../image/quantity.ts';
import type { ImageEvent } from '../pipeline/event.ts';
import type { Outages } from '../pipeline/outages.ts';
import { healthPlug } from '../web/health.ts';
import { OwnMetrics } from '../web/metrics/own.ts';
import { metricsPlug } from '../web/metricsPlug.ts';
import type { WebPlugs } from './serve.ts';
import type { System } from './system.ts';
import { readVersion } from './version.ts';

/** What a worker shows of itself over HTTP. */
export interface Showing {
  readonly plugs: WebPlugs;
  readonly image: (event: ImageEvent) => void;
  readonly underWay: (count: number) => void;
  /** The worker's halves run as long as this has not ended. */
  readonly running: (halves: Promise<void>) => void;
}

export interface ShowingOptions {
  readonly worker: string;
  readonly concurrency: number;
  readonly outages: Outages;
}

/** Nothing of ours has this name: asking for it costs the store one look, and shows that it answers us. */
const askedFor = parseObjectKey('.kuva-ready');

/**
 * Milliseconds. Images in work, none of them ended, no outage: something hangs that no limit has caught. Far above
 * every limit that there is, and starting again loses nothing.
 */
const stuckAfter = 30 * 60_000;

export function makeShowing(system: System, { worker, concurrency, outages }: ShowingOptions): Showing {
  const { config, ledger, input, output, rejected, archive, stopping } = system;
  const version = readVersion();
  let count = 0;
  let lastChange = performance.now();
  let ended = false;
  const own = new OwnMetrics({
    version,
    pipeline: config.pipeline,
    concurrency,
    underWay: () => count,
    outages: () => outages.all,
  });
  const reaches =
    (store: typeof input): (() => Promise<void>) =>
    async () => {
      await store.head(askedFor);
    };
  const dead = (): string | undefined => {
    if (ended) return 'It has ended';
    const silent = performance.now() - lastChange;
    return count > 0 && silent > stuckAfter && outages.longest === undefined
      ? `${count} images are in work, and none has ended for ${showDuration(silent)}`
      : undefined;
  };
  return {
    plugs: {
      open: [
        healthPlug({
          worker,
          version,
          dead,
          stopping: () => stopping.stop.aborted,
          needs: {
            database: system.checkSchema,
            input: reaches(input),
            output: reaches(output),
            ...(rejected !== undefined && { rejected: reaches(rejected) }),
            ...(archive !== undefined && { archive: reaches(archive) }),
          },
        }),
      ],
      guarded: [metricsPlug(own, () => ledger.status())],
    },
    image: (event) => {
      own.image(event);
    },
    underWay: (now) => {
      count = now;
      lastChange = performance.now();
    },
    running: (halves) => {
      const end = (): void => {
        ended = true;
      };
      halves.then(end, end);
    },
  };
}
