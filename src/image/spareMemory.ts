/**
 * Memory of images that is used again. Fresh memory costs as much as what is written into it, since the system fills it with
 * zeros first; and each 64 MB of it make V8 walk through its whole heap, three times a second with large photographs.
 */
export class SpareMemory {
  readonly #most: number;
  readonly #spare: ArrayBuffer[] = [];
  #kept = 0;

  /** @param most bytes that are kept for later */
  constructor(most = 64 * 1024 * 1024) {
    this.#most = most;
  }

  /** At least so many bytes. What was in them before may be there still. */
  take(bytes: number): ArrayBuffer {
    const at = this.#spare.findIndex(
      ({ byteLength }) => byteLength >= bytes && byteLength <= spacious(bytes) * 2,
    );
    const [found] = at < 0 ? [] : this.#spare.splice(at, 1);
    if (found === undefined) return new ArrayBuffer(spacious(bytes));
    this.#kept -= found.byteLength;
    return found;
  }

  /** Nobody reads or writes it any more. Once for each `take`, or never: what is not given back is garbage like any other. */
  give(memory: ArrayBuffer): void {
    // Empty: it was handed over to a thread, which ended with it.
    if (memory.byteLength === 0 || memory.byteLength > this.#most || this.#spare.includes(memory)) return;
    this.#spare.push(memory);
    this.#kept += memory.byteLength;
    while (this.#kept > this.#most) this.#kept -= this.#spare.shift()?.byteLength ?? 0;
  }
}

/** Somewhat more than asked for, so that it does for pictures of the same kind. */
function spacious(bytes: number): number {
  const unit = 256 * 1024;
  return Math.ceil((bytes * 1.25) / unit) * unit;
}
