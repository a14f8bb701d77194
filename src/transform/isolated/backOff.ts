import type { KuvaError } from '../../image/failure.ts';

const first = 250;
const longest = 10_000;

/** Milliseconds that a decoder may take until it is ready; a machine under heavy load takes seconds. */
export const startLimit = 60_000;

/** When the next process may be started, after some did not come up. */
export class BackOff {
  #pause = 0;
  #until = 0;
  /** Why the last one did not come up; undefined when it did. */
  why: KuvaError | undefined;

  /** Milliseconds to wait until a process may be started. */
  get left(): number {
    return Math.max(0, this.#until - performance.now());
  }

  failed(why: KuvaError): void {
    this.why = why;
    this.#pause = Math.min(Math.max(this.#pause * 2, first), longest);
    this.#until = performance.now() + this.#pause;
  }

  succeeded(): void {
    this.why = undefined;
    this.#pause = 0;
    this.#until = 0;
  }
}
