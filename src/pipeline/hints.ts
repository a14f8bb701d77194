import type { ObjectKey } from '../image/key.ts';
import type { Clock } from './clock.ts';

/** More hints than this at once are answered by a pass over the whole bucket. */
const most = 500;

/** Milliseconds in which further hints are gathered after the first: a copied file gives several. */
const gather = 15;

/** Collects what a store's watcher says, until someone asks. */
export class Hints {
  readonly #clock: Clock;
  readonly #keys = new Set<ObjectKey>();
  #everything = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(key: ObjectKey | undefined): void {
    if (key === undefined || this.#keys.size >= most) this.#everything = true;
    else this.#keys.add(key);
    this.#wake?.();
  }

  /** Returns soon after a hint came, after `milliseconds` without one, or when the signal is aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#everything && this.#keys.size === 0) {
      const hinted = new AbortController();
      this.#wake = () => {
        hinted.abort();
      };
      await this.#clock.pause(milliseconds, AbortSignal.any([hinted.signal, signal]));
      this.#wake = undefined;
      if (!hinted.signal.aborted) return;
    }
    await this.#clock.pause(gather, signal);
  }

  take(): ObjectKey[] | 'everything' {
    const taken = this.#everything ? 'everything' : [...this.#keys];
    this.#keys.clear();
    this.#everything = false;
    return taken;
  }
}
