export interface RememberedOptions {
  /** Milliseconds that an answer is good for. */
  readonly good: number;
  /** Milliseconds that whoever asks waits at most. */
  readonly patience: number;
}

/**
 * Asks something at most every so often, whoever asks and how often: one question at a time, its answer is
 * remembered, and nobody waits longer than a limit. Undefined: no answer (yet).
 */
export function remembered<T>(
  question: () => Promise<T>,
  { good, patience }: RememberedOptions,
): () => Promise<T | undefined> {
  let last: { answer: T; at: number } | undefined;
  let asking: Promise<T | undefined> | undefined;
  const askNow = async (): Promise<T | undefined> => {
    try {
      const answer = await question();
      last = { answer, at: performance.now() };
      return answer;
    } catch {
      return undefined;
    } finally {
      asking = undefined;
    }
  };
  return async () => {
    if (last !== undefined && performance.now() - last.at < good) return last.answer;
    asking ??= askNow();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        resolve(undefined);
      }, patience);
    });
    const answer = await Promise.race([asking, late]);
    clearTimeout(timer);
    return answer;
  };
}
