/** Time and chance of one history: what happens next is what is due first, and chance is a function of the seed alone. */
export class World {
  readonly #seed: number;
  readonly #due: { readonly at: number; readonly number: number; readonly run: () => void }[] = [];
  readonly #lines: (() => string)[] = [];
  #now = 0;
  #numbers = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Milliseconds since the history began. */
  get now(): number {
    return this.#now;
  }

  /** Steps so far. */
  get steps(): number {
    return this.#numbers;
  }

  /** 0 or more and less than 1; always the same for the same words. */
  chance(...words: readonly (string | number)[]): number {
    let hash = 2_166_136_261 ^ this.#seed;
    for (const character of words.join(' ')) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a_2d39);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
  }

  after(milliseconds: number, run: () => void): void {
    const event = { at: this.#now + Math.max(0, milliseconds), number: ++this.#numbers, run };
    let index = this.#due.length;
    while (index > 0 && (this.#due[index - 1]?.at ?? 0) > event.at) index--;
    this.#due.splice(index, 0, event);
  }

  tell(who: string, line: () => string): void {
    const at = this.#now;
    this.#lines.push(() => `${(at / 1000).toFixed(3).padStart(9)}s  ${who.padEnd(6)} ${line()}`);
  }

  /** The whole history, for a person to read. */
  get story(): string {
    // Looking for work is what workers do all the time.
    return this.#lines
      .map((line) => line())
      .filter(
        (line) =>
          !/ (queue\.(take|look|connect|lead|unlead|register)|ledger\.now|input\.list) \S*$/.test(line),
      )
      .filter((line) => !line.endsWith(' '))
      .join('\n');
  }

  /**
   * Lets time pass until `over`; false when that does not come before `limit` (ms since the beginning) or nothing
   * would happen any more.
   */
  async run(over: () => boolean, limit: number): Promise<boolean> {
    for (;;) {
      // Everything that follows from the last step without a request, in the order of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      if (over()) return true;
      const next = this.#due.shift();
      if (next === undefined || next.at > limit) return false;
      this.#now = next.at;
      next.run();
    }
  }
}
