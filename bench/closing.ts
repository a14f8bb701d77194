/** Things to end and to remove when the bench is over, however it is over: the last one first. */
export class Closing {
  readonly #closers: (() => Promise<void>)[] = [];
  #closed: Promise<void> | undefined;

  /** @returns forgets it again: it is over already */
  add(close: () => Promise<void>): () => void {
    this.#closers.push(close);
    return () => {
      const at = this.#closers.indexOf(close);
      if (at >= 0) this.#closers.splice(at, 1);
    };
  }

  /** Closes everything once. A closer that fails does not keep the others from closing; the failures are thrown together. */
  close(): Promise<void> {
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
