import { KuvaError } from '../image/failure.ts';
import { showKey } from '../image/key.ts';
import type { Attempt } from '../ledger/contract/attempt.ts';
import type { PipelineParts } from './parts.ts';
import { patiently } from './patience.ts';

/**
 * Milliseconds for which an answer of the ledger is believed. The ledger gives images to others a second and a half
 * after their worker is gone, at the earliest.
 */
const believed = 1_000;

/**
 * Whether an attempt still counts. A worker may sleep at any moment (a paused machine, a process that was stopped, a
 * swapped-out one) and wake up when its image has been done by another one and its owner has put in a new one. What it
 * has recorded then no longer says anything about what lies in the buckets now. So the ledger is asked again before
 * what cannot be taken back, unless it has just said so.
 */
export class Hold {
  readonly #parts: PipelineParts;
  readonly #attempt: Attempt;
  #proven: { readonly now: number; readonly monotonic: number } | undefined;

  constructor(parts: PipelineParts, attempt: Attempt) {
    this.#parts = parts;
    this.#attempt = attempt;
  }

  /** Asks the ledger something that tells whether the attempt counts; when it does, that is believed for a moment. */
  async proving<T>(ask: () => Promise<T>, counts: (answer: T) => boolean): Promise<T> {
    const { clock, outages, ending } = this.#parts;
    return patiently(
      async () => {
        // From when it was asked, not from when the answer was read: between the two it may have slept.
        const asked = { now: clock.now(), monotonic: clock.monotonic() };
        const answer = await ask();
        this.#proven = counts(answer) ? asked : undefined;
        return answer;
      },
      { resource: 'database', outages, clock, signal: ending },
    );
  }

  /** @throws KuvaError `lease-lost`; `database-*` when the process wants to end and the ledger is away */
  async check(): Promise<void> {
    if (this.#isProven()) return;
    await this.ask();
  }

  /** The same, whatever was said before. */
  async ask(): Promise<void> {
    const { ledger } = this.#parts;
    const holds = await this.proving(
      () => ledger.holds(this.#attempt),
      (answer) => answer,
    );
    if (holds) return;
    throw new KuvaError('lease-lost', {
      what: `Another worker has taken ${showKey(this.#attempt.image.key)} over`,
      data: 'This one changes nothing more.',
    });
  }

  /** The clock of a machine that slept may stand still until it is set; the other one does not jump. The later one counts. */
  #isProven(): boolean {
    if (this.#proven === undefined) return false;
    const { clock } = this.#parts;
    const age = clock.now() - this.#proven.now;
    return age >= 0 && Math.max(age, clock.monotonic() - this.#proven.monotonic) < believed;
  }
}
