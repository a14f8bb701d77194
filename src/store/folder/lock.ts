/** One at a time for each key, within this process. */
export type KeyLock = <T>(key: string, act: () => Promise<T>) => Promise<T>;

export function createKeyLock(): KeyLock {
  const last = new Map<string, Promise<unknown>>();
  return async (key, act) => {
    const before = last.get(key) ?? Promise.resolve();
    const turn = before.then(act, act);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}
