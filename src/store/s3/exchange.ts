import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { heardByMany } from '../signal.ts';
import { interrupted, networkFailure } from './network.ts';

export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, sent as they are. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** For messages: "reading cat.jpg". */
  readonly doing: string;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Fails with `store-unreachable` when it ends too early. Must be read to the end or destroyed. */
  readonly body: Readable;
}

/**
 * Large bodies are handed over in pieces, so that the timeout measures a standstill, not the whole upload. After each one the
 * event loop has a turn: a socket near by takes megabytes at once, and copying them kept everything else waiting.
 */
const pieceSize = 128 * 1024;

async function* pieces(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < body.length; start += pieceSize) {
    if (start > 0) await breathe();
    yield body.subarray(start, start + pieceSize);
  }
}

/** The answer's bytes as undici hands them over, without another buffer between. */
class AnswerBody extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  #over = false;

  constructor(controller: Dispatcher.DispatchController) {
    super();
    this.#controller = controller;
    // A body that breaks off before somebody reads it must not end the program: who reads it is told all the same.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#controller.resume();
  }

  receive(chunk: Buffer): void {
    if (!this.push(chunk)) this.#controller.pause();
  }

  finish(): void {
    this.#over = true;
    this.push(null);
  }

  fail(failure: Error): void {
    this.#over = true;
    this.destroy(failure);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#over) this.#controller.abort(error ?? new Error('the reader stopped before the end'));
    done(error);
  }
}

/**
 * One request and its answer, straight on undici's dispatcher.
 * @throws KuvaError `store-unreachable`, `interrupted`
 */
export function exchange(
  dispatcher: Dispatcher,
  request: WireRequest,
  signal?: AbortSignal,
): Promise<Answer> {
  const { method, path, headers, body: sent, doing } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(interrupted(doing, signal.reason));
      return;
    }
    let controller: Dispatcher.DispatchController | undefined;
    let body: AnswerBody | undefined;
    let expected: number | undefined;
    let received = 0;

    const fail = (failure: Error) => {
      signal?.removeEventListener('abort', onAbort);
      if (body === undefined) reject(failure);
      else body.fail(failure);
    };
    const onAbort = () => {
      const failure = interrupted(doing, signal?.reason);
      fail(failure);
      controller?.abort(failure);
    };
    heardByMany(signal)?.addEventListener('abort', onAbort, { once: true });

    dispatcher.dispatch(
      {
        method,
        path,
        headers: { ...headers },
        body:
          sent === undefined || sent.length <= pieceSize
            ? (sent ?? null)
            : Readable.from(pieces(sent), { objectMode: false }),
      },
      {
        onRequestStart(given) {
          controller = given;
          // Aborted while it waited for a socket.
          if (signal?.aborted === true) given.abort(interrupted(doing, signal.reason));
        },
        onResponseStart(given, status, rawHeaders) {
          if (status < 200) return;
          const answered = new Map<string, string>();
          for (const [name, value] of Object.entries(rawHeaders)) {
            if (value !== undefined) answered.set(name, Array.isArray(value) ? value.join(', ') : value);
          }
          const length = answered.get('content-length');
          if (method !== 'HEAD' && length !== undefined) expected = Number(length);
          body = new AnswerBody(given);
          resolve({ status, headers: answered, body });
        },
        onResponseData(_controller, chunk) {
          received += chunk.length;
          body?.receive(chunk);
        },
        onResponseEnd() {
          signal?.removeEventListener('abort', onAbort);
          if (expected === undefined || received === expected) body?.finish();
          else fail(networkFailure(doing, new Error(`${received} of ${expected} bytes came`)));
        },
        onResponseError(_controller, error) {
          fail(networkFailure(doing, error));
        },
      },
    );
  });
}
