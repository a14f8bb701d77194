import { toKuvaError } from '../../image/failure.ts';
import type { Catalogue, EndedFollower } from '../../ledger/catalogue/contract.ts';
import { pause } from '../../pipeline/pause.ts';
import { jsonOf } from '../api/json.ts';
import { imagesEventSchema } from '../api/schemas/events.ts';
import type { Status } from '../api/schemas/status.ts';
import { EventRing } from './ring.ts';

export interface FollowerOptions {
  readonly catalogue: Pick<Catalogue, 'followEnded'>;
  readonly status: () => Promise<Status>;
}

/** Milliseconds between two looks at what came to an end, and between two looks at the status at least. */
const interval = 250;
const statusInterval = 1_000;
/** The status of very many images takes a while to count: it may take a twentieth of the database's time, no more. */
const statusShare = 20;
/** Images that one event shows; it tells how many there were. */
const mostImages = 50;
/** After an outage of the database. */
const afterFailure = 2_000;
/** Milliseconds without readers after which what happened meanwhile is not told any more. */
const longestBreak = 60_000;

/**
 * Follows the ledger, and with it all workers wherever they run, once for all pages that are open; while none is, it
 * asks for nothing.
 */
export class Follower {
  readonly ring = new EventRing();
  readonly #options: FollowerOptions;
  #readers = 0;
  #stopping: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #ended: EndedFollower | undefined;
  #leftAt = 0;
  #told = '';
  #status: Status | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** How many read now. */
  get readers(): number {
    return this.#readers;
  }

  /** The status that was told last, while somebody reads. */
  get status(): Status | undefined {
    return this.#stopping === undefined ? undefined : this.#status;
  }

  /** Somebody reads. @returns to be called when they have left; harmless to repeat */
  join(): () => void {
    this.#readers += 1;
    if (this.#readers === 1) this.#start();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#readers -= 1;
      if (this.#readers === 0) this.#stop();
    };
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#running;
  }

  #start(): void {
    const stopping = new AbortController();
    this.#stopping = stopping;
    if (performance.now() - this.#leftAt > longestBreak && this.#ended !== undefined) {
      this.#ended = undefined;
      this.ring.add('reset', {});
    }
    this.#running = this.#running.then(() => this.#run(stopping.signal));
  }

  #stop(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#leftAt = performance.now();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let statusAt = 0;
    while (!signal.aborted) {
      try {
        this.#ended ??= await this.#options.catalogue.followEnded(mostImages);
        const ended = await this.#ended.next();
        if (ended.total > 0) this.ring.add('images', jsonOf(imagesEventSchema, ended));
        const begun = performance.now();
        if (begun >= statusAt) {
          this.#tell(await this.#options.status());
          const took = performance.now() - begun;
          statusAt = begun + Math.max(statusInterval, statusShare * took);
        }
        await pause(interval, signal);
      } catch (thrown) {
        this.#tellTrouble(thrown);
        statusAt = 0;
        await pause(afterFailure, signal);
      }
    }
  }

  /** Once for each change; the clock alone is none. */
  #tell(status: Status): void {
    this.#status = status;
    const text = JSON.stringify({ ...status, now: '' });
    if (text === this.#told) return;
    this.#told = text;
    this.ring.add('status', status);
  }

  #tellTrouble(thrown: unknown): void {
    const { code, message, remedy } = toKuvaError(thrown);
    if (this.#told === code) return;
    this.#told = code;
    this.ring.add('trouble', { error: { code, what: message, ...(remedy !== undefined && { remedy }) } });
  }
}
