/** A share of a {@link Budget}, to be given back. */
export interface Lease {
  /** Gives back all but `amount` of it. Growing is not possible: that could deadlock. */
  shrinkTo(amount: number): void;
  /** Gives back the rest; doing it again does nothing. */
  release(): void;
}

interface Waiting {
  readonly amount: number;
  readonly grant: (lease: Lease) => void;
}

/**
 * An amount that is shared fairly: bytes of memory, or turns at the processor. Who asks first is served first, so
 * that a large image is not passed by small ones for ever. More than the capacity is granted as the whole
 * capacity: such an image has it to itself.
 */
export class Budget {
  readonly capacity: number;
  #free: number;
  readonly #queue: Waiting[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#free = capacity;
  }

  get free(): number {
    return this.#free;
  }

  /** Waits until `amount` is free and takes it. Rejects with the signal's reason when it is aborted first. */
  take(amount: number, signal?: AbortSignal): Promise<Lease> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(abortReason(signal));
        this.#serve();
      };
      const waiting: Waiting = {
        amount: Math.min(Math.max(amount, 0), this.capacity),
        grant: (lease) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(lease);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiting);
      this.#serve();
    });
  }

  #serve(): void {
    for (
      let first = this.#queue[0];
      first !== undefined && first.amount <= this.#free;
      first = this.#queue[0]
    ) {
      this.#queue.shift();
      this.#free -= first.amount;
      first.grant(this.#lease(first.amount));
    }
  }

  #lease(amount: number): Lease {
    let held = amount;
    const shrinkTo = (rest: number): void => {
      const kept = Math.min(held, Math.max(rest, 0));
      this.#free += held - kept;
      held = kept;
      this.#serve();
    };
    return {
      shrinkTo,
      release: () => {
        shrinkTo(0);
      },
    };
  }
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
