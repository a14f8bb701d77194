/** Collects the conditions of a statement with their values, numbered in order. */
export class Statement {
  readonly values: unknown[] = [];
  readonly #conditions: string[] = [];

  /** Adds a value and gives its placeholder. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Adds a condition; left out when there is nothing to compare with. */
  where(value: unknown, condition: (placeholder: string) => string): void {
    if (value !== undefined) this.#conditions.push(condition(this.value(value)));
  }

  /** Adds a condition that has its placeholders already. */
  condition(text: string): void {
    this.#conditions.push(text);
  }

  get conditions(): string {
    return this.#conditions.length === 0 ? 'true' : this.#conditions.join('\n      and ');
  }
}
