import { describe, expect, it } from 'vitest';
import { all, begun, beginOptions, finish, inputBucket, put, seen } from '../sample.ts';
import { type Given, note } from './given.ts';

export function puttingIn(given: Given): void {
  describe('Putting images in', () => {
    it('queues what it did not know and counts it', async () => {
      const now = await given.ledger.now();
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg'), seen('b.jpg')], now)).toBe(2);
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg'), seen('c.jpg')], now)).toBe(1);
      expect(await given.ledger.enqueue(inputBucket, [], now)).toBe(0);
      expect((await given.ledger.counts()).queued).toBe(3);
    });

    it('takes the same key with another ETag for another image', async () => {
      await put(given.ledger, 'a.jpg', 'one');
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg', 'two')], await given.ledger.now())).toBe(
        1,
      );
      expect((await given.ledger.counts()).queued).toBe(2);
    });

    it('takes the same object once, though one listing shows it twice', async () => {
      expect(
        await given.ledger.enqueue(inputBucket, [seen('a.jpg'), seen('a.jpg')], await given.ledger.now()),
      ).toBe(1);
    });

    it('keeps every key exactly as it is', async () => {
      const names = [
        "it's.jpg",
        'a//b',
        '../x',
        'x/../y',
        'a\nb',
        '100%_\\x.jpg',
        'é',
        'e\u0301',
        '🐈.png',
        'A',
        'a',
        '$(x);"',
        'dir/',
      ];
      await given.ledger.enqueue(
        inputBucket,
        names.map((name) => seen(name)),
        await given.ledger.now(),
      );
      const kept = (await all(given.ledger.images({}))).map((row) => row.image.key);
      expect(new Set<string>(kept)).toEqual(new Set(names));
    });

    it('starts a new round when the bytes of a finished image lie there again', async () => {
      const id = await put(given.ledger, 'a.jpg');
      await finish(given.ledger, id, 'a.jpg');
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg')], await given.later())).toBe(1);
      const again = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      expect(again).toMatchObject({ round: 2, number: 1, committed: false });
    });

    it('does not queue a finished image again because of a listing that was begun before its end', async () => {
      const before = await given.ledger.now();
      const id = await put(given.ledger, 'a.jpg');
      await finish(given.ledger, id, 'a.jpg');
      expect(await given.ledger.enqueue(inputBucket, [seen('a.jpg')], before)).toBe(0);
      expect(await given.stateOf(id)).toBe('done');
    });

    it('leaves an image that was set aside alone, unless it was moved away and lies there again', async () => {
      const [stays, moved] = [await put(given.ledger, 'stays.jpg'), await put(given.ledger, 'moved.jpg')];
      const one = begun(await given.ledger.begin(stays, beginOptions('stays.jpg')));
      await given.ledger.settle(one, { state: 'rejected', failure: note });
      const two = begun(await given.ledger.begin(moved, beginOptions('moved.jpg')));
      await given.ledger.settle(two, {
        state: 'rejected',
        failure: note,
        movedTo: 's3://rejected/moved.jpg',
      });
      expect(
        await given.ledger.enqueue(inputBucket, [seen('stays.jpg'), seen('moved.jpg')], await given.later()),
      ).toBe(1);
      expect([await given.stateOf(stays), await given.stateOf(moved)]).toEqual(['rejected', 'queued']);
    });

    it('keeps the reason and the place of an image that was moved away, when a listing still saw it and it is gone', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      const movedTo = 's3://rejected/a.jpg';
      await given.ledger.settle(first, { state: 'rejected', failure: note, movedTo });
      await given.ledger.enqueue(inputBucket, [seen('a.jpg')], await given.later());
      const outage = { code: 'store-unreachable', what: 'no answer' } as const;
      const second = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      await given.ledger.settle(second, { state: 'postponed', failure: outage, delayMs: 0 });
      const third = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      const gone = { state: 'superseded', failure: { code: 'object-missing', what: 'gone' } } as const;
      expect(await given.ledger.settle(third, gone)).toBe('settled');
      expect(await given.ledger.settle(third, gone)).toBe('settled');
      const [row] = await all(given.ledger.images({}));
      expect(row).toMatchObject({ state: 'rejected', failure: note, movedTo });
    });

    it('forgets the place of an image that was moved away once it is done', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const first = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      await given.ledger.settle(first, { state: 'rejected', failure: note, movedTo: 's3://rejected/a.jpg' });
      expect(await given.ledger.retry({})).toBe(1);
      await finish(given.ledger, id, 'a.jpg');
      const [row] = await all(given.ledger.images({}));
      expect(row).toMatchObject({ state: 'done', failure: undefined, movedTo: undefined });
    });

    it('keeps two pipelines apart', async () => {
      await put(given.ledger, 'a.jpg');
      expect(await given.other.enqueue(inputBucket, [seen('a.jpg')], await given.ledger.now())).toBe(1);
      expect((await given.ledger.counts()).queued).toBe(1);
      expect(await all(given.other.images({}))).toHaveLength(1);
    });
  });
}
