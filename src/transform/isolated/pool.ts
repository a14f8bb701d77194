/** Decoders, one image at a time in each. They are started when there is work, replaced when they die or grow. */
import { BackOff, startLimit } from './backOff.ts';
import { Decoder, type DecoderSetup, type Reply } from './decoder.ts';
import type { ImageAnswer } from './messages.ts';
import { judgeReply, whyNotReady } from './replies.ts';
import { crashed, spokeNonsense, stopped, unavailable } from './refusals.ts';
import { type Job, newSeat, type Order, type Seat } from './seat.ts';
import { Watch } from './watch.ts';

/** Milliseconds that an inspected image is kept in its decoder for `apply`; after that its bytes cross once more. */
const keeping = 200;

/** A decoder is replaced after so many images, or when it has grown by so many bytes: libraries leak, heaps fragment. */
const mostImages = 5_000;
const mostGrowth = 300e6;

export class DecoderPool {
  readonly #setup: DecoderSetup;
  readonly #size: number;
  readonly #seats = new Set<Seat>();
  readonly #waiting: Order[] = [];
  readonly #backOff = new BackOff();
  readonly #watch = new Watch(this.#seats, (seat, error) => {
    this.#end(seat, error);
  });
  #later: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param size decoders at the same time, at most */
  constructor(setup: DecoderSetup, size: number) {
    this.#setup = setup;
    this.#size = size;
  }

  /** Starts a decoder before there is work for it. */
  warmUp(): void {
    if (this.#seats.size === 0) this.#start();
  }

  /** @throws KuvaError what became of it when there is no answer: `transform-crashed`, `transform-timeout`, `decoder-unavailable`, `interrupted` */
  run(job: Job): Promise<{ answer: ImageAnswer; blobs: readonly Buffer[] }> {
    return new Promise((resolve, reject) => {
      const { signal } = job;
      const onAbort = (): void => {
        this.#abandon(order, signal?.reason);
      };
      const settle = (): void => {
        signal?.removeEventListener('abort', onAbort);
      };
      const order: Order = {
        ...job,
        done: (answer, blobs) => {
          settle();
          resolve({ answer, blobs });
        },
        failed: (error) => {
          settle();
          reject(error);
        },
      };
      if (this.#closed || signal?.aborted === true) {
        order.failed(stopped(signal?.reason));
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(order);
      this.#dispatch();
    });
  }

  /** Ends all decoders; what they were asked fails as `interrupted`. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#later);
    for (const order of this.#waiting.splice(0)) order.failed(stopped(undefined));
    const seats = [...this.#seats];
    for (const seat of seats) this.#end(seat, stopped(undefined));
    await Promise.all(seats.map(({ decoder }) => decoder.gone));
  }

  #dispatch(): void {
    for (const order of [...this.#waiting]) {
      const seat = this.#seatFor(order);
      if (seat === undefined) continue;
      this.#waiting.splice(this.#waiting.indexOf(order), 1);
      void this.#give(seat, order);
    }
    this.#startMissing();
  }

  /** The decoder that has the image already, or a free one. */
  #seatFor({ image, request }: Order): Seat | undefined {
    const seats = [...this.#seats];
    const keeps = seats.find(({ state }) => state.is === 'kept' && state.image === image);
    if (keeps !== undefined && request.ask === 'apply') return keeps;
    return seats.find(({ state }) => state.is === 'free');
  }

  #startMissing(): void {
    if (this.#closed || this.#waiting.length === 0) return;
    const { left } = this.#backOff;
    if (left > 0) {
      // While others work, the images wait for those; when there is none, they are told why at once.
      if (this.#seats.size === 0) this.#refuseAll();
      else this.#lookLater(left);
      return;
    }
    const starting = [...this.#seats].filter(({ state }) => state.is === 'starting').length;
    const missing = Math.min(this.#waiting.length - starting, this.#size - this.#seats.size);
    for (let more = 0; more < missing; more++) this.#start();
  }

  #refuseAll(): void {
    for (const order of this.#waiting.splice(0)) {
      order.failed(this.#backOff.why ?? unavailable('reason unknown'));
    }
  }

  #lookLater(milliseconds: number): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      this.#dispatch();
    }, milliseconds).unref();
  }

  #start(): void {
    const decoder = new Decoder(this.#setup);
    const seat = newSeat(decoder);
    this.#seats.add(seat);
    const timer = setTimeout(() => {
      decoder.kill();
    }, startLimit);
    void decoder.gone.then(() => {
      this.#leave(seat);
    });
    void decoder.begun.then((reply) => {
      clearTimeout(timer);
      this.#begin(seat, reply);
    });
  }

  #begin(seat: Seat, reply: Reply): void {
    if (reply.kind === 'answer' && reply.answer.answer === 'ready') {
      this.#backOff.succeeded();
      seat.rss = seat.firstRss = reply.answer.rss;
      if (seat.state.is === 'starting') seat.state = { is: 'free' };
      this.#dispatch();
      return;
    }
    if (!this.#closed) this.#backOff.failed(whyNotReady(reply));
    this.#retire(seat);
    this.#dispatch();
  }

  async #give(seat: Seat, order: Order): Promise<void> {
    const { state, decoder } = seat;
    const has = state.is === 'kept' && state.image === order.image;
    if (state.is === 'kept') clearTimeout(state.timer);
    seat.state = { is: 'busy', order, since: performance.now() };
    seat.images++;
    this.#watch.begin();
    const inside = seat.rss + order.memory;
    const reply = await decoder.ask(order.request, has ? [] : [order.image], inside);
    this.#settle(seat, order, reply);
    this.#dispatch();
  }

  #settle(seat: Seat, order: Order, reply: Reply): void {
    // Whoever judged the image has told it already.
    if (seat.state.is !== 'busy' || seat.state.order !== order) return;
    if (reply.kind === 'ended') {
      this.#retire(seat);
      order.failed(crashed(reply.ending));
      return;
    }
    const judged = judgeReply(order, reply);
    if (!judged.fits) {
      this.#end(seat, spokeNonsense(judged.why));
      return;
    }
    const { answer, blobs } = judged;
    seat.rss = answer.rss;
    this.#rest(seat, order, answer);
    order.done(answer, blobs);
  }

  /** What a decoder does when it has answered. */
  #rest(seat: Seat, order: Order, answer: ImageAnswer): void {
    if (answer.answer === 'facts') {
      const timer = setTimeout(() => {
        if (seat.state.is !== 'kept') return;
        seat.state = { is: 'free' };
        seat.decoder.tell({ ask: 'forget' });
        this.#dispatch();
      }, keeping);
      seat.state = { is: 'kept', image: order.image, timer };
      return;
    }
    seat.state = { is: 'free' };
    if (seat.images >= mostImages || seat.rss > seat.firstRss + mostGrowth) this.#retire(seat);
  }

  /** The image is not wanted any more: its decoder goes with it, for it cannot be interrupted in any other way. */
  #abandon(order: Order, reason: unknown): void {
    const at = this.#waiting.indexOf(order);
    if (at >= 0) this.#waiting.splice(at, 1);
    const seat = [...this.#seats].find(({ state }) => state.is === 'busy' && state.order === order);
    if (seat === undefined) order.failed(stopped(reason));
    else this.#end(seat, stopped(reason));
    this.#dispatch();
  }

  /** Kills a decoder and gives the image that it has this end. */
  #end(seat: Seat, error: ReturnType<typeof stopped>): void {
    const { state } = seat;
    this.#retire(seat);
    if (state.is === 'busy') state.order.failed(error);
  }

  /** Takes a decoder out of use. It counts until its process is gone, so that there are never more than the size. */
  #retire(seat: Seat): void {
    if (seat.state.is === 'kept') clearTimeout(seat.state.timer);
    seat.state = { is: 'gone' };
    seat.decoder.kill();
  }

  #leave(seat: Seat): void {
    const { state } = seat;
    this.#retire(seat);
    this.#seats.delete(seat);
    if (state.is === 'busy' && seat.decoder.ending !== undefined)
      state.order.failed(crashed(seat.decoder.ending));
    this.#dispatch();
  }
}
