import { describe, expect, it } from 'vitest';
import { all, begun, beginOptions, finish, inputBucket, put, recipe, recordOf } from '../sample.ts';
import { type Given } from './given.ts';

export function beginning(given: Given): void {
  describe('Beginning an attempt', () => {
    it('tells all about the image and grants the keys of its outputs', async () => {
      const id = await put(given.ledger, 'folder/a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(attempt).toMatchObject({ imageId: id, size: 1234, number: 1, round: 1, committed: false });
      expect(attempt.image).toMatchObject({
        bucket: inputBucket,
        key: 'folder/a.jpg',
        etag: 'etag of folder/a.jpg',
      });
      expect(attempt.waitedMs).toBeGreaterThanOrEqual(0);
      expect(attempt.outputKeys).toEqual(new Map([['image', { key: 'negated_a.jpg' }]]));
      expect(await given.ledger.counts()).toMatchObject({ queued: 0, processing: 1 });
    });

    it('ends the attempt before: whoever began that one has lost', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      const second = begun(await given.ledger.begin(id, beginOptions('a.jpg', { worker: 'worker-2' })));
      expect(second.token).toBeGreaterThan(first.token);
      expect(second.number).toBe(2);
      expect(await given.ledger.commit(first, [recordOf(first)], recipe)).toBe('lost');
      expect(await given.ledger.settle(first, { state: 'done' })).toBe('lost');
      expect(await all(given.ledger.records({}))).toEqual([]);
      expect(await given.ledger.commit(second, [recordOf(second)], recipe)).toBe('committed');
      expect(await given.ledger.settle(second, { state: 'done' })).toBe('settled');
    });

    it('says that there is nothing to do for an image that is over or unknown', async () => {
      const id = await put(given.ledger, 'a.jpg');
      await finish(given.ledger, id, 'a.jpg');
      expect(await given.ledger.begin(id, beginOptions('a.jpg'))).toEqual({ outcome: 'over', state: 'done' });
      expect(await given.ledger.begin(id + 1000n, beginOptions('a.jpg'))).toEqual({
        outcome: 'over',
        state: undefined,
      });
      expect(await given.other.begin(id, beginOptions('a.jpg'))).toEqual({
        outcome: 'over',
        state: undefined,
      });
    });

    it('sets an image aside, with a plain reason, when its attempts ended without a word', async () => {
      const id = await put(given.ledger, 'a.jpg');
      for (let n = 0; n < 3; n++) begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(await given.ledger.begin(id, beginOptions('a.jpg'))).toEqual({ outcome: 'exhausted' });
      const [row] = await all(given.ledger.images({ states: ['failed'] }));
      expect(row?.failure?.code).toBe('transform-crashed');
      expect(row?.failure?.what).toMatch(/3 attempts ended without a word/);
    });

    it('knows when only the input is left to remove', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      await given.ledger.commit(first, [recordOf(first)], recipe);
      expect(begun(await given.ledger.begin(id, beginOptions('a.jpg'))).committed).toBe(true);
    });
  });
}
