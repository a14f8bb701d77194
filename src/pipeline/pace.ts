import type { Pass } from './pass.ts';

/** Passes over the whole bucket take this part of the time at most: the store, and the images, have the rest. */
const share = 1 / 5;

/** The same for the short looks in between. */
const shortShare = 1 / 10;

/** How long to wait between two looks into the bucket. All times in milliseconds. */
export class Pace {
  readonly #poll: number;
  readonly #longest: number;
  #pause: number;

  /** @param longest grows up to this while passes find nothing that was not known; `poll` when left out */
  constructor(poll: number, longest = poll) {
    this.#poll = poll;
    this.#longest = Math.max(poll, longest);
    this.#pause = poll;
  }

  /**
   * The pause after a pass. While events tell of everything, passes find nothing, and come less and less often;
   * the first one that finds what no event had told brings the short pause back.
   */
  afterPass({ queued, unsettled, took }: Pick<Pass, 'queued' | 'unsettled' | 'took'>): number {
    const quiet = queued === 0 && unsettled === 0;
    this.#pause = quiet ? Math.min(this.#longest, this.#pause * 2) : this.#poll;
    return Math.max(this.#pause, took * (1 / share - 1));
  }

  /** The pause before the next short look, when one took so long. Rarer too while everything is known already. */
  beforeShortLook(took = 0): number {
    return Math.max(this.#pause, took * (1 / shortShare - 1));
  }

  /** A short look found what nobody had told of. */
  found(): void {
    this.#pause = this.#poll;
  }
}
