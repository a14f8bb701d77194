import { KuvaError } from '../../image/failure.ts';

/** Who may wait for a turn; a sheet of pictures that nobody has kept asks for six at a time. */
const mostWaiting = 40;

/** One after the other, first come, first served, and no endless queue. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @throws KuvaError `store-busy` when too many wait; `interrupted` when the asker is gone before its turn comes */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#waiting >= mostWaiting)
      throw new KuvaError('store-busy', {
        what: 'Many pictures are being drawn',
        remedy: 'It comes a moment later.',
      });
    this.#waiting += 1;
    const turn = this.#last
      .then(() => {
        if (signal.aborted) throw new KuvaError('interrupted', { what: 'Nobody waits for this picture' });
        return work();
      })
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
