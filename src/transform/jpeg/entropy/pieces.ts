/** The new file as a list of pieces: ranges of the old one, and what takes the place of others. */
export class Pieces {
  readonly #bytes: Buffer;
  readonly #made: (() => Buffer)[] = [];
  /** The range that was copied last, as long as nothing else came: the next one may go on with it. */
  #start = 0;
  #end = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  copy(start: number, end: number): void {
    if (start !== this.#end) this.#close();
    if (this.#start === this.#end) this.#start = start;
    this.#end = end;
  }

  /** @param piece is asked for when all is read, in order; what it gives must stay as it is until `joined` returns */
  put(piece: () => Buffer): void {
    this.#close();
    this.#made.push(piece);
  }

  /** @param room for the result, if it is large enough */
  joined(room: ArrayBuffer | undefined): Buffer {
    this.#close();
    const pieces = this.#made.map((piece) => piece());
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (room === undefined || room.byteLength < length) return Buffer.concat(pieces);
    const result = Buffer.from(room, 0, length);
    let at = 0;
    for (const piece of pieces) at += piece.copy(result, at);
    return result;
  }

  #close(): void {
    const [start, end] = [this.#start, this.#end];
    this.#start = this.#end = 0;
    if (end > start) this.#made.push(() => this.#bytes.subarray(start, end));
  }
}
