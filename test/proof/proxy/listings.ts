/** What listings said, to say it again when it is not true any more. */
export interface KeptListing {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Different listings whose last answer is kept. */
const most = 200;

export class Listings {
  readonly #kept = new Map<string, KeptListing>();

  keep(target: string, listing: KeptListing): void {
    this.#kept.delete(target);
    this.#kept.set(target, listing);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest);
  }

  last(target: string): KeptListing | undefined {
    return this.#kept.get(target);
  }
}
