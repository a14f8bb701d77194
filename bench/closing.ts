/** Things to end and to remove when the bench is over, however it is over: the last one first. */
export class Closing {
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #begun = new AbortController();
  #closed: Promise<void> | undefined;

  /** Aborted as soon as closing begins. */
  get signal(): AbortSignal {
    return this.#begun.signal;
  }

  /**
   * @returns forgets it again: it is over already
   * @throws when closing has begun; so ask `signal` before anything is started that would need closing
   */
  add(close: () => Promise<void>): () => void {
    this.signal.throwIfAborted();
    this.#closers.push(close);
    return () => {
      const at = this.#closers.indexOf(close);
      if (at >= 0) this.#closers.splice(at, 1);
    };
  }

  /** Closes everything once. A closer that fails does not keep the others from closing; the failures are thrown together. */
  close(): Promise<void> {
    this.#begun.abort(new Error('the bench is being ended'));
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be ended or removed');
  }
}
