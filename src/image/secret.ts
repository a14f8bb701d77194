const hidden = '(hidden)';

/**
 * A password or key that redacts itself: in templates, JSON, `console.log`, `util.inspect` and error messages it
 * reads "(hidden)". The one way to its text is {@link Secret.reveal}, so that a search for that word shows every
 * place where a secret leaves the program.
 */
export class Secret {
  // A private field is not enumerable, not cloned, and not shown by any inspector.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself: only to hand it to the server that it is for. */
  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [Symbol.toPrimitive](): string {
    return hidden;
  }

  /** What `util.inspect` and `console.log` show; the symbol is Node's documented one. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Secret ${hidden}`;
  }
}
