/** Threads of this process, one image at a time in each. They are started when there is work, and again when they end. */
import { Worker } from 'node:worker_threads';
import { SpareMemory } from '../../image/spareMemory.ts';
import { stopped } from '../isolated/refusals.ts';
import { answerSchema, type CodedAnswer, type CodedRequest } from './messages.ts';

/** The program of a thread. */
export interface ThreadProgram {
  readonly entry: URL;
  /** For Node, in front of the entry. */
  readonly options: readonly string[];
}

/** A thread ended, or answered nonsense, instead of answering: no more is known of the image than before. */
export class ThreadEnded extends Error {}

interface Order {
  readonly request: CodedRequest;
  /** Milliseconds after which its thread is ended. */
  readonly patience: number;
  readonly tooLong: () => Error;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: CodedAnswer) => void;
  readonly reject: (error: Error) => void;
}

interface Seat {
  readonly worker: Worker;
  /** Gives the image that it has, if any, an end. */
  settle: ((end: CodedAnswer | Error) => void) | undefined;
}

/** Megabytes of its own heap; what files take lies outside of it. */
const heap = 256;

export class Threads {
  readonly #program: ThreadProgram;
  readonly #size: number;
  readonly #seats = new Set<Seat>();
  readonly #waiting: Order[] = [];
  /** Memory is in one thread at a time: the other one's hold on it ends as it is handed over. */
  readonly #spare = new SpareMemory();
  #closed = false;

  /** @param size threads at the same time, at most */
  constructor(program: ThreadProgram, size: number) {
    this.#program = program;
    this.#size = size;
  }

  /** Starts a thread before there is work for it. */
  warmUp(): void {
    if (this.#seats.size === 0) this.#start();
  }

  /**
   * @param tooLong what is thrown when the patience is used up
   * @throws ThreadEnded; KuvaError `interrupted` after an abort or `close`
   */
  run(
    request: CodedRequest,
    { patience, tooLong, signal }: Pick<Order, 'patience' | 'tooLong'> & { signal?: AbortSignal | undefined },
  ): Promise<CodedAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#closed || signal?.aborted === true) {
        reject(stopped(signal?.reason));
        return;
      }
      this.#waiting.push({ request, patience, tooLong, signal, resolve, reject });
      this.#dispatch();
    });
  }

  /** The memory of a result that nobody needs any more. */
  release({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer) this.#spare.give(buffer);
  }

  /** Ends all threads; what they were asked fails as `interrupted`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const order of this.#waiting.splice(0)) order.reject(stopped(undefined));
    await Promise.all([...this.#seats].map((seat) => this.#end(seat, stopped(undefined))));
  }

  #dispatch(): void {
    for (const seat of this.#seats) {
      if (seat.settle !== undefined) continue;
      const order = this.#next();
      if (order === undefined) return;
      this.#give(seat, order);
    }
    if (this.#waiting.length > 0 && this.#seats.size < this.#size) {
      this.#start();
      this.#dispatch();
    }
  }

  #next(): Order | undefined {
    for (;;) {
      const order = this.#waiting.shift();
      if (order?.signal?.aborted !== true) return order;
      order.reject(stopped(order.signal.reason));
    }
  }

  #start(): void {
    const { entry, options } = this.#program;
    const worker = new Worker(entry, {
      execArgv: [...options],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heap },
    });
    const seat: Seat = { worker, settle: undefined };
    this.#seats.add(seat);
    worker.on('message', (message: unknown) => {
      const answer = answerSchema.safeParse(message);
      if (answer.success) {
        const { memory, room } = answer.data;
        this.#spare.give(memory);
        if (room !== undefined) this.#spare.give(room);
        seat.settle?.(answer.data);
      } else void this.#end(seat, new ThreadEnded('a thread answered nonsense'));
    });
    worker.once('error', (error) => {
      void this.#end(seat, new ThreadEnded('a thread failed', { cause: error }));
    });
    worker.once('exit', () => {
      void this.#end(seat, new ThreadEnded('a thread ended'));
    });
  }

  #give(seat: Seat, order: Order): void {
    const { signal } = order;
    const onAbort = (): void => {
      void this.#end(seat, stopped(signal?.reason));
    };
    const timer = setTimeout(() => {
      void this.#end(seat, order.tooLong());
    }, order.patience);
    signal?.addEventListener('abort', onAbort, { once: true });
    seat.settle = (end) => {
      seat.settle = undefined;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (end instanceof Error) order.reject(end);
      else order.resolve(end);
      this.#dispatch();
    };
    // Copied once and handed over: cloned with the message, the bytes would be copied three times, in this thread mostly.
    const { length } = order.request.bytes;
    const memory = this.#spare.take(length);
    const room = this.#spare.take(length);
    const bytes = new Uint8Array(memory, 0, length);
    bytes.set(order.request.bytes);
    seat.worker.postMessage({ ...order.request, bytes, room }, [memory, room]);
  }

  /** Takes a thread out of use, and gives the image that it has this end. It cannot be interrupted in any other way. */
  async #end(seat: Seat, error: Error): Promise<void> {
    if (this.#seats.delete(seat)) {
      seat.settle?.(error);
      await seat.worker.terminate();
    }
  }
}
