import { describe, expect, it } from 'vitest';
import { begun, beginOptions, finish, put } from '../sample.ts';
import { type Given, note } from './given.ts';

export function tryingAgain(given: Given): void {
  describe('Trying again', () => {
    const setAside = async (name: string, state: 'rejected' | 'failed'): Promise<bigint> => {
      const id = await put(given.ledger, name);
      const attempt = begun(await given.ledger.begin(id, beginOptions(name, { maxAttempts: 1 })));
      await given.ledger.settle(
        attempt,
        state === 'rejected'
          ? { state, failure: note }
          : { state: 'attempt-failed', failure: note, delayMs: 0 },
      );
      return id;
    };

    it('queues rejected and failed images with all their attempts, and no others', async () => {
      const ids = [await setAside('a.jpg', 'rejected'), await setAside('b.jpg', 'failed')];
      const done = await put(given.ledger, 'c.jpg');
      await finish(given.ledger, done, 'c.jpg');
      expect(await given.ledger.retry({})).toBe(2);
      for (const id of ids) {
        const attempt = begun(await given.ledger.begin(id, beginOptions(`${id}`)));
        expect(attempt).toMatchObject({ number: 1, round: 1 });
      }
      expect(await given.stateOf(done)).toBe('done');
    });

    it('takes those that are asked for: by name, state or id', async () => {
      const a = await setAside('dir/a.jpg', 'rejected');
      const b = await setAside('dir/b.jpg', 'failed');
      const c = await setAside('c.png', 'failed');
      expect(await given.ledger.retry({ name: '*.png' })).toBe(1);
      expect(await given.ledger.retry({ states: ['rejected'] })).toBe(1);
      expect(await given.ledger.retry({ ids: [b] })).toBe(1);
      expect(await given.ledger.retry({ ids: [a, b, c] })).toBe(0);
      expect(await given.ledger.retry({ ids: [] })).toBe(0);
    });
  });
}
