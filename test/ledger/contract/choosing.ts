import { describe, expect, it } from 'vitest';
import {
  all,
  begun,
  beginOptions,
  finish,
  inputBucket,
  key,
  outputBucket,
  put,
  recipe,
  recordOf,
  seen,
} from '../sample.ts';
import { type Given, note } from './given.ts';

/** What a late choice asks for: see {@link beginOptions}. */
const wish = (name: string, conflict: 'keep-both' | 'replace' | 'reject' = 'keep-both') => {
  const { wanted } = beginOptions(name);
  return { wanted, outputBucket, conflict };
};

export function choosing(given: Given): void {
  describe('A choice that waits for the image', () => {
    it('has its keys granted late, by the rules of the beginning, and again by each attempt', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg', { wanted: [] })));
      const granted = await given.ledger.grant(first, wish('a.jpg'));
      expect(granted).toEqual(new Map([['image', { key: 'negated_a.jpg' }]]));
      expect(await given.ledger.grant(first, wish('a.jpg'))).toEqual(granted);
      const second = begun(await given.ledger.begin(id, beginOptions('a.jpg', { wanted: [] })));
      expect(await given.ledger.grant(first, wish('a.jpg'))).toBe('lost');
      expect(await given.ledger.grant(second, wish('a.jpg'))).toEqual(granted);
    });

    it('gets another key where its own belongs to another image, is refused, or waits', async () => {
      await finish(given.ledger, await put(given.ledger, 'a.jpg'), 'a.jpg');
      const owner = begun(await given.ledger.begin(await put(given.ledger, 'b.jpg'), beginOptions('b.jpg')));
      const id = await put(given.ledger, 'c.jpg');
      const late = begun(await given.ledger.begin(id, beginOptions('c.jpg', { wanted: [] })));
      expect(await given.ledger.grant(late, wish('a.jpg'))).toEqual(
        new Map([['image', { key: 'negated_a.jpg~mark' }]]),
      );
      await expect(given.ledger.grant(late, wish('a.jpg', 'reject'))).rejects.toMatchObject({
        code: 'output-key-taken',
      });
      expect(await given.ledger.grant(late, wish('b.jpg', 'replace'))).toBe('later');
      await given.ledger.settle(owner, { state: 'rejected', failure: note });
      expect(await given.ledger.grant(late, wish('b.jpg', 'replace'))).toEqual(
        new Map([['image', { key: 'negated_b.jpg' }]]),
      );
    });

    it('is told by the record, with the rule', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      await given.ledger.commit(attempt, [recordOf(attempt)], { ...recipe, rule: 'scans' });
      await given.ledger.commit(attempt, [recordOf(attempt)], { ...recipe, rule: 'scans' });
      expect(await all(given.ledger.records({}))).toMatchObject([
        { rule: 'scans', recipeDigest: recipe.digest },
      ]);
    });

    it('may be to leave the image alone: it is nothing new when it is seen again, until it is tried again', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg', { wanted: [] })));
      const failure = { code: 'skipped-by-rule', what: 'a rule' } as const;
      expect(await given.ledger.settle(attempt, { state: 'skipped', failure })).toBe('settled');
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg')], await given.later())).toBe(0);
      expect(await given.ledger.retry({})).toBe(0);
      expect(await given.ledger.retry({ states: ['skipped'] })).toBe(1);
      expect(await given.stateOf(id)).toBe('queued');
    });
  });

  describe('An input that is done', () => {
    it('and kept is nothing new; another round of it asks for the same object', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      await given.ledger.commit(attempt, [recordOf(attempt)], recipe);
      expect(await given.ledger.settle(attempt, { state: 'done', kept: true })).toBe('settled');
      expect(await given.ledger.settle(attempt, { state: 'done', kept: true })).toBe('settled');
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg')], await given.later())).toBe(0);
      expect((await given.ledger.statesOf(inputBucket, [seen('a.jpg'), seen('b.jpg')])).get('a.jpg')).toEqual(
        {
          state: 'done',
          kept: true,
        },
      );
      expect(await all(given.ledger.finished({}))).toMatchObject([
        { id, input: 'input', newest: { recipeDigest: recipe.digest, format: 'jpeg', width: 640 } },
      ]);
      expect(await given.ledger.reprocess([id])).toBe(1);
      expect(await given.ledger.reprocess([id])).toBe(0);
      const again = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(again).toMatchObject({ round: 2, committed: false, number: 1 });
      expect(again.source).toBeUndefined();
      expect(again.outputKeys.get('image')?.previous).toBeDefined();
    });

    it('and moved is made once more from its copy, until it lies in the input bucket again', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      const archived = { bucket: 'archive', key: key('a.jpg'), etag: 'of the copy' };
      await given.ledger.commit(attempt, [recordOf(attempt)], recipe, archived);
      await given.ledger.settle(attempt, { state: 'done' });
      expect(await all(given.ledger.finished({ name: 'a.jpg' }))).toMatchObject([
        { input: 'archive', archiveBucket: 'archive' },
      ]);
      expect(await given.ledger.reprocess([id])).toBe(1);
      const again = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(again.source).toEqual(archived);
      await given.ledger.commit(again, [recordOf(again)], recipe);
      await given.ledger.settle(again, { state: 'done' });
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg')], await given.later())).toBe(1);
      expect(begun(await given.ledger.begin(id, beginOptions('a.jpg'))).source).toBeUndefined();
    });

    it('and removed is not queued for another round', async () => {
      const id = await put(given.ledger, 'a.jpg');
      await finish(given.ledger, id, 'a.jpg');
      expect(await all(given.ledger.finished({}))).toMatchObject([{ input: 'gone' }]);
      expect(await given.ledger.reprocess([id])).toBe(0);
      expect(await given.stateOf(id)).toBe('done');
    });
  });
}
