import { heardByMany } from '../signal.ts';
import { interrupted } from './network.ts';

/**
 * Remembers what an asynchronous question was answered. Those who ask meanwhile share one run; a failure is not
 * remembered, and a half-certain answer (`settled` says so) only for a minute.
 */
export function remembered<T>(
  ask: () => Promise<T>,
  settled: (answer: T) => boolean,
  doing: string,
): (signal?: AbortSignal) => Promise<T> {
  const minute = 60_000;
  let current: { answer: Promise<T>; until: number } | undefined;
  return (signal) => {
    if (current === undefined || Date.now() > current.until) {
      const started = { answer: ask(), until: Number.POSITIVE_INFINITY };
      current = started;
      started.answer.then(
        (answer) => {
          if (!settled(answer)) started.until = Date.now() + minute;
        },
        () => {
          if (current === started) current = undefined;
        },
      );
    }
    return signal === undefined ? current.answer : orAborted(current.answer, signal, doing);
  };
}

/** The run goes on for the others; the one who has lost patience leaves. */
function orAborted<T>(answer: Promise<T>, signal: AbortSignal, doing: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(interrupted(doing, signal.reason));
    };
    if (signal.aborted) onAbort();
    heardByMany(signal)?.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
