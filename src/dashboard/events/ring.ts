import { randomBytes } from 'node:crypto';

/** One event as it goes over the wire. */
export interface Sent {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** How many events are remembered, and bytes of them: some minutes of a busy pipeline. */
const mostEvents = 3_000;
const mostBytes = 8_000_000;

const encoder = new TextEncoder();

/**
 * The last events, one copy for all readers. Each reader has a place in it and takes what comes behind: one that is slow
 * costs nothing, and one that is too slow, or was away for too long, is told to begin anew.
 */
export class EventRing {
  /** Of this process: an id of another one means nothing here. */
  readonly #epoch = randomBytes(6).toString('hex');
  #sent: Sent[] = [];
  #bytes = 0;
  #last = 0;
  readonly #waiting = new Set<() => void>();

  /** The newest event's number. */
  get last(): number {
    return this.#last;
  }

  add(name: string, data: unknown): void {
    this.#last += 1;
    const bytes = encoder.encode(this.#text(name, this.#last, JSON.stringify(data)));
    this.#sent.push({ number: this.#last, bytes });
    this.#bytes += bytes.length;
    let drop = 0;
    while (this.#sent.length - drop > mostEvents || this.#bytes > mostBytes) {
      this.#bytes -= this.#sent[drop]?.bytes.length ?? this.#bytes;
      drop += 1;
    }
    // Not one at a time: each would move the others.
    if (drop > 0) this.#sent = this.#sent.slice(drop);
    for (const wake of [...this.#waiting]) wake();
  }

  /** What comes behind a number; undefined when some of it is forgotten. */
  after(number: number): readonly Sent[] | undefined {
    if (number === this.#last) return [];
    const first = this.#sent[0]?.number;
    if (first === undefined || number < first - 1 || number > this.#last) return undefined;
    return this.#sent.slice(number - first + 1);
  }

  /** An event for one reader alone; what follows it is what follows `number`. */
  single(name: string, number: number, data: unknown): Uint8Array {
    return encoder.encode(this.#text(name, number, JSON.stringify(data)));
  }

  /** The number that an id stands for; undefined when it is none of this process. */
  numberOf(id: string): number | undefined {
    const [, epoch, digits] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(id) ?? [];
    return epoch === this.#epoch && digits !== undefined ? Number(digits) : undefined;
  }

  /** Calls back at the next event. @returns forgets it again */
  onNext(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => {
      this.#waiting.delete(wake);
    };
  }

  #text(name: string, number: number, json: string): string {
    return `id: ${this.#epoch}-${number}\nevent: ${name}\ndata: ${json}\n\n`;
  }
}
