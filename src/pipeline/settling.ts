import type { ObjectKey } from '../image/key.ts';
import type { SeenObject } from '../ledger/contract.ts';
import type { Clock } from './clock.ts';

/**
 * Tells files that are finished from files that someone is still writing: a file is settled when it was last
 * written at least `quiet` milliseconds ago, or, where the clocks of writer and reader disagree, when it has
 * looked the same for that long.
 */
export class Settling {
  readonly #quiet: number;
  readonly #clock: Clock;
  readonly #waiting = new Map<ObjectKey, { etag: string; since: number; pass: number }>();
  #pass = 0;

  constructor(quiet: number, clock: Clock) {
    this.#quiet = quiet;
    this.#clock = clock;
  }

  isSettled(object: SeenObject): boolean {
    const age = this.#clock.now() - object.lastModified.getTime();
    const known = this.#waiting.get(object.key);
    const sameSince = known?.etag === object.etag ? known.since : this.#clock.monotonic();
    if (age >= this.#quiet || this.#clock.monotonic() - sameSince >= this.#quiet) {
      this.#waiting.delete(object.key);
      return true;
    }
    this.#waiting.set(object.key, { etag: object.etag, since: sameSince, pass: this.#pass });
    return false;
  }

  /** Keys that are waited for. */
  keys(): ObjectKey[] {
    return [...this.#waiting.keys()];
  }

  beginPass(): void {
    this.#pass++;
  }

  /** Forgets files that a whole pass has not shown any more. */
  endPass(): void {
    for (const [key, { pass }] of this.#waiting) {
      if (pass !== this.#pass) this.#waiting.delete(key);
    }
  }

  forget(key: ObjectKey): void {
    this.#waiting.delete(key);
  }
}
