/** One decoder in the pool: its process, what it does now, and what it may do. */
import type { KuvaError } from '../../image/failure.ts';
import type { Decoder } from './decoder.ts';
import type { ImageAnswer, Request } from './messages.ts';

/** What is asked of a decoder about one image. */
export interface Job {
  readonly image: Uint8Array;
  readonly request: Extract<Request, { ask: 'inspect' | 'apply' | 'preview' }>;
  /** Bytes of memory that it may take, beside what the process has anyway. */
  readonly memory: number;
  /** Milliseconds until the decoder is killed: more than it gives itself. */
  readonly time: number;
  readonly signal: AbortSignal | undefined;
}

/** A job on its way. */
export interface Order extends Job {
  readonly done: (answer: ImageAnswer, blobs: readonly Buffer[]) => void;
  readonly failed: (error: KuvaError) => void;
}

export type SeatState =
  | { readonly is: 'starting' }
  | { readonly is: 'free' }
  /** It has an image that was inspected and is about to be applied. */
  | { readonly is: 'kept'; readonly image: Uint8Array; readonly timer: NodeJS.Timeout }
  | { readonly is: 'busy'; readonly order: Order; readonly since: number }
  | { readonly is: 'gone' };

export interface Seat {
  readonly decoder: Decoder;
  state: SeatState;
  /** Bytes of its resident set when it last answered, and when it was ready. */
  rss: number;
  firstRss: number;
  /** Images that it was asked about. */
  images: number;
}

export function newSeat(decoder: Decoder): Seat {
  return { decoder, state: { is: 'starting' }, rss: 0, firstRss: 0, images: 0 };
}
