/** Looks at decoders at work from outside: what they do in native code, they cannot be asked about. */
import type { KuvaError } from '../../image/failure.ts';
import { residentBytes } from './memory.ts';
import { hung, tookTooMuch } from './refusals.ts';
import type { Seat } from './seat.ts';

/** Milliseconds between two looks. */
const look = 100;

/** Tells of a decoder that has used up its time, or far more memory than its image can need. */
export class Watch {
  readonly #seats: ReadonlySet<Seat>;
  readonly #end: (seat: Seat, error: KuvaError) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param end what is done with such a decoder, and what is told of its image */
  constructor(seats: ReadonlySet<Seat>, end: (seat: Seat, error: KuvaError) => void) {
    this.#seats = seats;
    this.#end = end;
  }

  /** Looks until no decoder is at work. */
  begin(): void {
    this.#timer ??= setInterval(() => {
      const busy = [...this.#seats].filter(({ state }) => state.is === 'busy');
      if (busy.length === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
      for (const seat of busy) void this.#judge(seat);
    }, look);
  }

  async #judge(seat: Seat): Promise<void> {
    const { state } = seat;
    if (state.is !== 'busy') return;
    if (performance.now() - state.since > state.order.time) {
      this.#end(seat, hung(state.order.time));
      return;
    }
    const { pid } = seat.decoder;
    const resident = pid === undefined ? undefined : await residentBytes(pid);
    const limit = seat.rss + state.order.memory;
    if (resident === undefined || resident <= limit || seat.state !== state) return;
    this.#end(seat, tookTooMuch(resident, limit));
  }
}
