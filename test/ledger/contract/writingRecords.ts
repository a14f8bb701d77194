import { describe, expect, it } from 'vitest';
import {
  all,
  begun,
  beginOptions,
  finish,
  inputBucket,
  key,
  put,
  recipe,
  recordOf,
  seen,
  sha256,
} from '../sample.ts';
import { type Given } from './given.ts';

export function writingRecords(given: Given): void {
  describe('Writing records', () => {
    it('keeps everything that was told', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      const record = { ...recordOf(attempt), inputVersionId: 'v7' };
      await given.ledger.commit(attempt, [record], recipe);
      const [kept] = await all(given.ledger.records({}));
      expect(kept).toMatchObject({
        ...record,
        image: attempt.image,
        round: 1,
        attempt: 1,
        worker: 'worker-1',
        recipeDigest: recipe.digest,
        recipeText: recipe.text,
      });
      expect((await given.ledger.status()).records).toBe(1);
    });

    it('writes nothing twice, whoever repeats it', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(await given.ledger.commit(first, [recordOf(first)], recipe)).toBe('committed');
      expect(await given.ledger.commit(first, [recordOf(first)], recipe)).toBe('committed');
      const second = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(await given.ledger.commit(second, [recordOf(second)], recipe)).toBe('committed');
      expect(await all(given.ledger.records({}))).toHaveLength(1);
    });

    it('writes all outputs or none', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const wanted = ['one', 'two'].map((output) => ({
        output,
        key: key(output),
        alternative: key(`${output}~`),
      }));
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg', { wanted })));
      const broken = { ...recordOf(attempt, 'x', 'two'), outputBytes: Number.NaN };
      await expect(
        given.ledger.commit(attempt, [recordOf(attempt, 'x', 'one'), broken], recipe),
      ).rejects.toThrow();
      expect(await all(given.ledger.records({}))).toEqual([]);
      expect((await given.ledger.status()).records).toBe(0);
    });

    it('writes a new record for a new round, and knows which one is current', async () => {
      const id = await put(given.ledger, 'a.jpg');
      await finish(given.ledger, id, 'a.jpg', 'old');
      await given.ledger.enqueue(inputBucket, [seen('a.jpg')], await given.later());
      await finish(given.ledger, id, 'a.jpg', 'new');
      expect((await all(given.ledger.records({ oldestFirst: true }))).map((r) => r.round)).toEqual([1, 2]);
      const current = await all(given.ledger.records({ currentOnly: true }));
      expect(current.map((r) => r.outputSha256)).toEqual([sha256('new')]);
    });
  });
}
