import { describe, expect, it } from 'vitest';
import {
  begun,
  beginOptions,
  inputBucket,
  key,
  outputBucket,
  put,
  recipe,
  recordOf,
  seen,
  sha256,
} from '../sample.ts';
import { type Given } from './given.ts';

export function outputKeys(given: Given): void {
  describe('Output keys', () => {
    const taken = { wanted: [{ output: 'image', key: key('same.jpg'), alternative: key('same~2.jpg') }] };
    const owner = async (): Promise<bigint> => {
      const id = await put(given.ledger, 'first.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('first.jpg', taken)));
      await given.ledger.commit(attempt, [recordOf(attempt, 'first')], recipe);
      await given.ledger.settle(attempt, { state: 'done' });
      return id;
    };

    it('belong to the image that asked first; with keep-both the later one gets its alternative, every time', async () => {
      await owner();
      const id = await put(given.ledger, 'second.jpg');
      for (let n = 0; n < 2; n++) {
        const attempt = begun(await given.ledger.begin(id, beginOptions('second.jpg', taken)));
        expect(attempt.outputKeys.get('image')).toEqual({ key: 'same~2.jpg' });
      }
    });

    it('are given to the later image with replace, with what lies there now', async () => {
      await owner();
      const id = await put(given.ledger, 'second.jpg');
      const attempt = begun(
        await given.ledger.begin(id, beginOptions('second.jpg', { ...taken, conflict: 'replace' })),
      );
      expect(attempt.outputKeys.get('image')).toEqual({
        key: 'same.jpg',
        previous: { etag: 'etag of first', sha256: sha256('first') },
      });
    });

    it('are not taken with replace from an image that is in work: the later one waits', async () => {
      const first = await put(given.ledger, 'first.jpg');
      const working = begun(await given.ledger.begin(first, beginOptions('first.jpg', taken)));
      const second = await put(given.ledger, 'second.jpg');
      const options = beginOptions('second.jpg', { ...taken, conflict: 'replace' });
      expect(await given.ledger.begin(second, options)).toEqual({ outcome: 'over', state: 'queued' });
      await given.ledger.settle(working, {
        state: 'superseded',
        failure: { code: 'object-missing', what: 'gone' },
      });
      expect(begun(await given.ledger.begin(second, options)).number).toBe(1);
    });

    it('stop the later image with reject, and nothing has changed', async () => {
      await owner();
      const id = await put(given.ledger, 'second.jpg');
      const begin = given.ledger.begin(id, beginOptions('second.jpg', { ...taken, conflict: 'reject' }));
      await expect(begin).rejects.toMatchObject({ code: 'output-key-taken' });
      await expect(begin).rejects.toThrow('same.jpg');
      expect(await given.stateOf(id)).toBe('queued');
      expect(begun(await given.ledger.begin(id, beginOptions('x', { wanted: [] }))).number).toBe(1);
    });

    it('serve one output of an image only', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const wanted = ['one', 'two'].map((output) => ({
        output,
        key: key('k.jpg'),
        alternative: key('k~2.jpg'),
      }));
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg', { wanted })));
      expect([...attempt.outputKeys.values()].map((granted) => granted.key)).toEqual(['k.jpg', 'k~2.jpg']);
    });

    it('tell what this very image was last given there', async () => {
      const id = await owner();
      await given.ledger.enqueue(inputBucket, [seen('first.jpg')], await given.later());
      const attempt = begun(await given.ledger.begin(id, beginOptions('first.jpg', taken)));
      expect(attempt.outputKeys.get('image')?.previous).toEqual({
        etag: 'etag of first',
        sha256: sha256('first'),
      });
    });

    it('may be another than granted when the records are written, if it is nobody else’s', async () => {
      await owner();
      const id = await put(given.ledger, 'second.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('second.jpg')));
      const elsewhere = { ...recordOf(attempt), outputKey: key('elsewhere.jpg') };
      const strangers = { ...recordOf(attempt), outputKey: key('same.jpg') };
      await expect(given.ledger.commit(attempt, [strangers], recipe)).rejects.toMatchObject({
        code: 'output-key-taken',
      });
      expect(await given.ledger.commit(attempt, [elsewhere], recipe)).toBe('committed');
      expect(await given.ledger.knownOutputs(outputBucket, [key('elsewhere.jpg')])).toEqual(
        new Set(['elsewhere.jpg']),
      );
    });

    it('are known as outputs once a record names them, not when they are only granted', async () => {
      const id = await put(given.ledger, 'a.jpg');
      const attempt = begun(await given.ledger.begin(id, beginOptions('a.jpg')));
      const keys = [key('negated_a.jpg'), key('orphan.jpg')];
      expect(await given.ledger.knownOutputs(outputBucket, keys)).toEqual(new Set());
      await given.ledger.commit(attempt, [recordOf(attempt)], recipe);
      expect(await given.ledger.knownOutputs(outputBucket, keys)).toEqual(new Set(['negated_a.jpg']));
      expect(await given.ledger.knownOutputs('another', keys)).toEqual(new Set());
    });
  });
}
