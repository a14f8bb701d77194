import { describe, expect, it } from 'vitest';
import type { ImageState } from '../../../src/image/state.ts';
import type { Settlement } from '../../../src/ledger/contract/attempt.ts';
import { all, begun, beginOptions, inputBucket, put, seen } from '../sample.ts';
import { type Given, note } from './given.ts';

export function settling(given: Given): void {
  describe('Settling an attempt', () => {
    const cases: readonly [Settlement, ImageState][] = [
      [{ state: 'done' }, 'done'],
      [{ state: 'skipped', failure: { code: 'skipped-by-rule', what: 'a rule' } }, 'skipped'],
      [{ state: 'superseded', failure: { code: 'object-changed', what: 'replaced' } }, 'superseded'],
      [{ state: 'rejected', failure: note, movedTo: 's3://rejected/a.jpg' }, 'rejected'],
      [{ state: 'attempt-failed', failure: note, delayMs: 60_000 }, 'queued'],
      [{ state: 'postponed', delayMs: 60_000 }, 'queued'],
    ];
    it.each(cases)('%j leads to %s, and repeating it gives the same answer', async (settlement, state) => {
      const id = await put(given.ledger, 'a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(await given.ledger.settle(attempt, settlement)).toBe('settled');
      expect(await given.ledger.settle(attempt, settlement)).toBe('settled');
      const [row] = await all(given.ledger.images({}));
      expect(row).toMatchObject({
        state,
        failure: 'failure' in settlement ? settlement.failure : undefined,
        movedTo: 'movedTo' in settlement ? settlement.movedTo : undefined,
      });
      expect((await given.ledger.counts())[state]).toBe(1);
    });

    it('holds an attempt until another one begins, and once settled until the image is queued again', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(await given.ledger.holds(first)).toBe(true);
      const second = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(await given.ledger.holds(first)).toBe(false);
      expect(await given.ledger.holds(second)).toBe(true);
      await given.ledger.settle(second, { state: 'rejected', failure: note, movedTo: 's3://rejected/a.jpg' });
      expect(await given.ledger.holds(second)).toBe(true);
      await given.ledger.enqueue(inputBucket, [seen('a.jpg')], await given.later());
      expect(await given.ledger.holds(second)).toBe(false);
    });

    it('counts a failed attempt, and the last one makes the image fail', async () => {
      const id = await put(given.ledger, 'a.jpg');
      for (let n = 1; n <= 3; n++) {
        const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
        expect(attempt.number).toBe(n);
        await given.ledger.settle(attempt, { state: 'attempt-failed', failure: note, delayMs: 0 });
      }
      const [row] = await all(given.ledger.images({}));
      expect(row).toMatchObject({ state: 'failed', attempts: 3, failure: note });
    });

    it('does not count an attempt that was postponed', async () => {
      const id = await put(given.ledger, 'a.jpg');
      for (let n = 0; n < 5; n++) {
        const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
        expect(attempt.number).toBe(1);
        await given.ledger.settle(attempt, {
          state: 'postponed',
          delayMs: 0,
          failure: { code: 'store-full', what: 'full' },
        });
      }
    });

    it('waits are counted from when the attempt was due', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      await given.ledger.settle(first, { state: 'postponed', delayMs: 3_600_000 });
      expect(begun(await given.ledger.begin(id, beginOptions('a.jpg'))).waitedMs).toBe(0);
    });
  });
}
