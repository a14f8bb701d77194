import { KuvaError } from '../image/failure.ts';

/** The time that one attempt at one image has. */
export interface TimeBudget {
  /** Whole seconds that are left, at least 1, as libvips counts them. */
  secondsLeft(): number;
  /** @throws KuvaError `transform-timeout` when it is used up, `interrupted` when the work is to stop */
  check(): void;
}

/** @param milliseconds for the whole attempt, from now on */
export function timeBudget(milliseconds: number, signal?: AbortSignal): TimeBudget {
  const end = performance.now() + milliseconds;
  return {
    secondsLeft: () => Math.max(1, Math.ceil((end - performance.now()) / 1000)),
    check() {
      if (signal?.aborted === true) {
        throw new KuvaError('interrupted', {
          what: 'Transforming the image was stopped',
          data: 'The input stays where it is, and nothing was written.',
          cause: signal.reason,
        });
      }
      if (performance.now() < end) return;
      throw timedOut(milliseconds);
    },
  };
}

/** @param milliseconds that the attempt had */
export function timedOut(milliseconds: number): KuvaError {
  return new KuvaError('transform-timeout', {
    what: `The image took longer than the time limit of ${Math.round(milliseconds / 1000)} s`,
    data: 'The input stays where it is, and nothing was written.',
    remedy: 'Raise limits.time in the configuration, or take costly steps out of the recipe.',
  });
}
