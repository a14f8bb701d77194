/** Milliseconds between two lines about the same thing. */
const interval = 10 * 60_000;

/**
 * Tells of the first of its kind at once, and of further ones at most every ten minutes, with how many there were:
 * whoever can reach the port must not be able to fill the log.
 */
export class ToldRarely {
  readonly #tell: (text: string) => void;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { since: number; untold: number }>();

  constructor(tell: (text: string) => void, now: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#now = now;
  }

  /** @param kind a fixed word, never something that came from outside */
  happened(kind: string, text: string): void {
    const known = this.#kinds.get(kind);
    const now = this.#now();
    if (known !== undefined && now - known.since < interval) {
      known.untold += 1;
      return;
    }
    this.#kinds.set(kind, { since: now, untold: 0 });
    const more = known === undefined || known.untold === 0 ? '' : ` (and ${known.untold} more times before)`;
    this.#tell(`${text}${more}`);
  }
}
