import type { Clock } from './clock.ts';

/** Measures how long each phase of one image's way takes, in milliseconds. */
export class Phases {
  readonly durations: Record<string, number> = {};
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async time<T>(phase: string, action: () => Promise<T>): Promise<T> {
    const begun = this.#clock.monotonic();
    try {
      return await action();
    } finally {
      const spent = this.#clock.monotonic() - begun;
      this.durations[phase] = Math.round(((this.durations[phase] ?? 0) + spent) * 10) / 10;
    }
  }
}
