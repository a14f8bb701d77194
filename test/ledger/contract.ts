/** What every ledger must do: the docstrings of src/ledger/contract.ts, as tests. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageState } from '../../src/image/state.ts';
import type { Ledger, Settlement } from '../../src/ledger/contract.ts';
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
  sha256,
} from './sample.ts';

export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** The same store, another pipeline. */
  readonly other: Ledger;
  close(): Promise<void>;
}

const note = { code: 'image-damaged', what: 'It is cut short', remedy: 'Get it again.' } as const;

export function ledgerContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`The contract of a ledger, kept by ${name}`, () => {
    let test: LedgerUnderTest;
    let ledger: Ledger;
    beforeEach(async () => {
      test = await open();
      ledger = test.ledger;
    });
    afterEach(() => test.close());

    const later = async (): Promise<Date> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ledger.now();
    };
    const stateOf = async (id: bigint): Promise<ImageState | undefined> =>
      (await all(ledger.images({}))).find((row) => row.id === id)?.state;

    describe('Putting images in', () => {
      it('queues what it did not know and counts it', async () => {
        const now = await ledger.now();
        expect(await ledger.enqueue(inputBucket, [seen('a.jpg'), seen('b.jpg')], now)).toBe(2);
        expect(await ledger.enqueue(inputBucket, [seen('a.jpg'), seen('c.jpg')], now)).toBe(1);
        expect(await ledger.enqueue(inputBucket, [], now)).toBe(0);
        expect((await ledger.counts()).queued).toBe(3);
      });

      it('takes the same key with another ETag for another image', async () => {
        await put(ledger, 'a.jpg', 'one');
        expect(await ledger.enqueue(inputBucket, [seen('a.jpg', 'two')], await ledger.now())).toBe(1);
        expect((await ledger.counts()).queued).toBe(2);
      });

      it('takes the same object once, though one listing shows it twice', async () => {
        expect(await ledger.enqueue(inputBucket, [seen('a.jpg'), seen('a.jpg')], await ledger.now())).toBe(1);
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
        await ledger.enqueue(
          inputBucket,
          names.map((name) => seen(name)),
          await ledger.now(),
        );
        const kept = (await all(ledger.images({}))).map((row) => row.image.key);
        expect(new Set<string>(kept)).toEqual(new Set(names));
      });

      it('starts a new round when the bytes of a finished image lie there again', async () => {
        const id = await put(ledger, 'a.jpg');
        await finish(ledger, id, 'a.jpg');
        expect(await ledger.enqueue(inputBucket, [seen('a.jpg')], await later())).toBe(1);
        const again = begun(await ledger.begin(id, beginOptions('a.jpg')));
        expect(again).toMatchObject({ round: 2, number: 1, committed: false });
      });

      it('does not queue a finished image again because of a listing that was begun before its end', async () => {
        const before = await ledger.now();
        const id = await put(ledger, 'a.jpg');
        await finish(ledger, id, 'a.jpg');
        expect(await ledger.enqueue(inputBucket, [seen('a.jpg')], before)).toBe(0);
        expect(await stateOf(id)).toBe('done');
      });

      it('leaves an image that was set aside alone, unless it was moved away and lies there again', async () => {
        const [stays, moved] = [await put(ledger, 'stays.jpg'), await put(ledger, 'moved.jpg')];
        const one = begun(await ledger.begin(stays, beginOptions('stays.jpg')));
        await ledger.settle(one, { state: 'rejected', failure: note });
        const two = begun(await ledger.begin(moved, beginOptions('moved.jpg')));
        await ledger.settle(two, { state: 'rejected', failure: note, movedTo: 's3://rejected/moved.jpg' });
        expect(await ledger.enqueue(inputBucket, [seen('stays.jpg'), seen('moved.jpg')], await later())).toBe(
          1,
        );
        expect([await stateOf(stays), await stateOf(moved)]).toEqual(['rejected', 'queued']);
      });

      it('keeps two pipelines apart', async () => {
        await put(ledger, 'a.jpg');
        expect(await test.other.enqueue(inputBucket, [seen('a.jpg')], await ledger.now())).toBe(1);
        expect((await ledger.counts()).queued).toBe(1);
        expect(await all(test.other.images({}))).toHaveLength(1);
      });
    });

    describe('Beginning an attempt', () => {
      it('tells all about the image and grants the keys of its outputs', async () => {
        const id = await put(ledger, 'folder/a.jpg');
        const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
        expect(attempt).toMatchObject({ imageId: id, size: 1234, number: 1, round: 1, committed: false });
        expect(attempt.image).toMatchObject({
          bucket: inputBucket,
          key: 'folder/a.jpg',
          etag: 'etag of folder/a.jpg',
        });
        expect(attempt.waitedMs).toBeGreaterThanOrEqual(0);
        expect(attempt.outputKeys).toEqual(new Map([['image', { key: 'negated_a.jpg' }]]));
        expect(await ledger.counts()).toMatchObject({ queued: 0, processing: 1 });
      });

      it('ends the attempt before: whoever began that one has lost', async () => {
        const id = await put(ledger, 'a.jpg');
        const first = begun(await ledger.begin(id, beginOptions('a.jpg')));
        const second = begun(await ledger.begin(id, beginOptions('a.jpg', { worker: 'worker-2' })));
        expect(second.token).toBeGreaterThan(first.token);
        expect(second.number).toBe(2);
        expect(await ledger.commit(first, [recordOf(first)], recipe)).toBe('lost');
        expect(await ledger.settle(first, { state: 'done' })).toBe('lost');
        expect(await all(ledger.records({}))).toEqual([]);
        expect(await ledger.commit(second, [recordOf(second)], recipe)).toBe('committed');
        expect(await ledger.settle(second, { state: 'done' })).toBe('settled');
      });

      it('says that there is nothing to do for an image that is over or unknown', async () => {
        const id = await put(ledger, 'a.jpg');
        await finish(ledger, id, 'a.jpg');
        expect(await ledger.begin(id, beginOptions('a.jpg'))).toEqual({ outcome: 'over', state: 'done' });
        expect(await ledger.begin(id + 1000n, beginOptions('a.jpg'))).toEqual({
          outcome: 'over',
          state: undefined,
        });
        expect(await test.other.begin(id, beginOptions('a.jpg'))).toEqual({
          outcome: 'over',
          state: undefined,
        });
      });

      it('sets an image aside, with a plain reason, when its attempts ended without a word', async () => {
        const id = await put(ledger, 'a.jpg');
        for (let n = 0; n < 3; n++) begun(await ledger.begin(id, beginOptions('a.jpg')));
        expect(await ledger.begin(id, beginOptions('a.jpg'))).toEqual({ outcome: 'exhausted' });
        const [row] = await all(ledger.images({ states: ['failed'] }));
        expect(row?.failure?.code).toBe('transform-crashed');
        expect(row?.failure?.what).toMatch(/3 attempts ended without a word/);
      });

      it('knows when only the input is left to remove', async () => {
        const id = await put(ledger, 'a.jpg');
        const first = begun(await ledger.begin(id, beginOptions('a.jpg')));
        await ledger.commit(first, [recordOf(first)], recipe);
        expect(begun(await ledger.begin(id, beginOptions('a.jpg'))).committed).toBe(true);
      });
    });

    describe('Output keys', () => {
      const taken = { wanted: [{ output: 'image', key: key('same.jpg'), alternative: key('same~2.jpg') }] };
      const owner = async (): Promise<bigint> => {
        const id = await put(ledger, 'first.jpg');
        const attempt = begun(await ledger.begin(id, beginOptions('first.jpg', taken)));
        await ledger.commit(attempt, [recordOf(attempt, 'first')], recipe);
        await ledger.settle(attempt, { state: 'done' });
        return id;
      };

      it('belong to the image that asked first; with keep-both the later one gets its alternative, every time', async () => {
        await owner();
        const id = await put(ledger, 'second.jpg');
        for (let n = 0; n < 2; n++) {
          const attempt = begun(await ledger.begin(id, beginOptions('second.jpg', taken)));
          expect(attempt.outputKeys.get('image')).toEqual({ key: 'same~2.jpg' });
        }
      });

      it('are given to the later image with replace, with what lies there now', async () => {
        await owner();
        const id = await put(ledger, 'second.jpg');
        const attempt = begun(
          await ledger.begin(id, beginOptions('second.jpg', { ...taken, conflict: 'replace' })),
        );
        expect(attempt.outputKeys.get('image')).toEqual({
          key: 'same.jpg',
          previous: { etag: 'etag of first', sha256: sha256('first') },
        });
      });

      it('are not taken with replace from an image that is in work: the later one waits', async () => {
        const first = await put(ledger, 'first.jpg');
        const working = begun(await ledger.begin(first, beginOptions('first.jpg', taken)));
        const second = await put(ledger, 'second.jpg');
        const options = beginOptions('second.jpg', { ...taken, conflict: 'replace' });
        expect(await ledger.begin(second, options)).toEqual({ outcome: 'over', state: 'queued' });
        await ledger.settle(working, {
          state: 'superseded',
          failure: { code: 'object-missing', what: 'gone' },
        });
        expect(begun(await ledger.begin(second, options)).number).toBe(1);
      });

      it('stop the later image with reject, and nothing has changed', async () => {
        await owner();
        const id = await put(ledger, 'second.jpg');
        const begin = ledger.begin(id, beginOptions('second.jpg', { ...taken, conflict: 'reject' }));
        await expect(begin).rejects.toMatchObject({ code: 'output-key-taken' });
        await expect(begin).rejects.toThrow('same.jpg');
        expect(await stateOf(id)).toBe('queued');
        expect(begun(await ledger.begin(id, beginOptions('x', { wanted: [] }))).number).toBe(1);
      });

      it('serve one output of an image only', async () => {
        const id = await put(ledger, 'a.jpg');
        const wanted = ['one', 'two'].map((output) => ({
          output,
          key: key('k.jpg'),
          alternative: key('k~2.jpg'),
        }));
        const attempt = begun(await ledger.begin(id, beginOptions('a.jpg', { wanted })));
        expect([...attempt.outputKeys.values()].map((granted) => granted.key)).toEqual(['k.jpg', 'k~2.jpg']);
      });

      it('tell what this very image was last given there', async () => {
        const id = await owner();
        await ledger.enqueue(inputBucket, [seen('first.jpg')], await later());
        const attempt = begun(await ledger.begin(id, beginOptions('first.jpg', taken)));
        expect(attempt.outputKeys.get('image')?.previous).toEqual({
          etag: 'etag of first',
          sha256: sha256('first'),
        });
      });

      it('may be another than granted when the records are written, if it is nobody else’s', async () => {
        await owner();
        const id = await put(ledger, 'second.jpg');
        const attempt = begun(await ledger.begin(id, beginOptions('second.jpg')));
        const elsewhere = { ...recordOf(attempt), outputKey: key('elsewhere.jpg') };
        const strangers = { ...recordOf(attempt), outputKey: key('same.jpg') };
        await expect(ledger.commit(attempt, [strangers], recipe)).rejects.toMatchObject({
          code: 'output-key-taken',
        });
        expect(await ledger.commit(attempt, [elsewhere], recipe)).toBe('committed');
        expect(await ledger.knownOutputs(outputBucket, [key('elsewhere.jpg')])).toEqual(
          new Set(['elsewhere.jpg']),
        );
      });

      it('are known as outputs once a record names them, not when they are only granted', async () => {
        const id = await put(ledger, 'a.jpg');
        const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
        const keys = [key('negated_a.jpg'), key('orphan.jpg')];
        expect(await ledger.knownOutputs(outputBucket, keys)).toEqual(new Set());
        await ledger.commit(attempt, [recordOf(attempt)], recipe);
        expect(await ledger.knownOutputs(outputBucket, keys)).toEqual(new Set(['negated_a.jpg']));
        expect(await ledger.knownOutputs('another', keys)).toEqual(new Set());
      });
    });

    describe('Writing records', () => {
      it('keeps everything that was told', async () => {
        const id = await put(ledger, 'a.jpg');
        const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
        const record = { ...recordOf(attempt), inputVersionId: 'v7' };
        await ledger.commit(attempt, [record], recipe);
        const [kept] = await all(ledger.records({}));
        expect(kept).toMatchObject({
          ...record,
          image: attempt.image,
          round: 1,
          attempt: 1,
          worker: 'worker-1',
          recipeDigest: recipe.digest,
          recipeText: recipe.text,
        });
        expect((await ledger.status()).records).toBe(1);
      });

      it('writes nothing twice, whoever repeats it', async () => {
        const id = await put(ledger, 'a.jpg');
        const first = begun(await ledger.begin(id, beginOptions('a.jpg')));
        expect(await ledger.commit(first, [recordOf(first)], recipe)).toBe('committed');
        expect(await ledger.commit(first, [recordOf(first)], recipe)).toBe('committed');
        const second = begun(await ledger.begin(id, beginOptions('a.jpg')));
        expect(await ledger.commit(second, [recordOf(second)], recipe)).toBe('committed');
        expect(await all(ledger.records({}))).toHaveLength(1);
      });

      it('writes all outputs or none', async () => {
        const id = await put(ledger, 'a.jpg');
        const wanted = ['one', 'two'].map((output) => ({
          output,
          key: key(output),
          alternative: key(`${output}~`),
        }));
        const attempt = begun(await ledger.begin(id, beginOptions('a.jpg', { wanted })));
        const broken = { ...recordOf(attempt, 'x', 'two'), outputBytes: Number.NaN };
        await expect(
          ledger.commit(attempt, [recordOf(attempt, 'x', 'one'), broken], recipe),
        ).rejects.toThrow();
        expect(await all(ledger.records({}))).toEqual([]);
        expect((await ledger.status()).records).toBe(0);
      });

      it('writes a new record for a new round, and knows which one is current', async () => {
        const id = await put(ledger, 'a.jpg');
        await finish(ledger, id, 'a.jpg', 'old');
        await ledger.enqueue(inputBucket, [seen('a.jpg')], await later());
        await finish(ledger, id, 'a.jpg', 'new');
        expect((await all(ledger.records({ oldestFirst: true }))).map((r) => r.round)).toEqual([1, 2]);
        const current = await all(ledger.records({ currentOnly: true }));
        expect(current.map((r) => r.outputSha256)).toEqual([sha256('new')]);
      });
    });

    describe('Settling an attempt', () => {
      const cases: readonly [Settlement, ImageState][] = [
        [{ state: 'done' }, 'done'],
        [{ state: 'superseded', failure: { code: 'object-changed', what: 'replaced' } }, 'superseded'],
        [{ state: 'rejected', failure: note, movedTo: 's3://rejected/a.jpg' }, 'rejected'],
        [{ state: 'attempt-failed', failure: note, delayMs: 60_000 }, 'queued'],
        [{ state: 'postponed', delayMs: 60_000 }, 'queued'],
      ];
      it.each(cases)('%j leads to %s, and repeating it gives the same answer', async (settlement, state) => {
        const id = await put(ledger, 'a.jpg');
        const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
        expect(await ledger.settle(attempt, settlement)).toBe('settled');
        expect(await ledger.settle(attempt, settlement)).toBe('settled');
        const [row] = await all(ledger.images({}));
        expect(row).toMatchObject({
          state,
          failure: 'failure' in settlement ? settlement.failure : undefined,
          movedTo: 'movedTo' in settlement ? settlement.movedTo : undefined,
        });
        expect((await ledger.counts())[state]).toBe(1);
      });

      it('counts a failed attempt, and the last one makes the image fail', async () => {
        const id = await put(ledger, 'a.jpg');
        for (let n = 1; n <= 3; n++) {
          const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
          expect(attempt.number).toBe(n);
          await ledger.settle(attempt, { state: 'attempt-failed', failure: note, delayMs: 0 });
        }
        const [row] = await all(ledger.images({}));
        expect(row).toMatchObject({ state: 'failed', attempts: 3, failure: note });
      });

      it('does not count an attempt that was postponed', async () => {
        const id = await put(ledger, 'a.jpg');
        for (let n = 0; n < 5; n++) {
          const attempt = begun(await ledger.begin(id, beginOptions('a.jpg')));
          expect(attempt.number).toBe(1);
          await ledger.settle(attempt, {
            state: 'postponed',
            delayMs: 0,
            failure: { code: 'store-full', what: 'full' },
          });
        }
      });

      it('waits are counted from when the attempt was due', async () => {
        const id = await put(ledger, 'a.jpg');
        const first = begun(await ledger.begin(id, beginOptions('a.jpg')));
        await ledger.settle(first, { state: 'postponed', delayMs: 3_600_000 });
        expect(begun(await ledger.begin(id, beginOptions('a.jpg'))).waitedMs).toBe(0);
      });
    });

    describe('Trying again', () => {
      const setAside = async (name: string, state: 'rejected' | 'failed'): Promise<bigint> => {
        const id = await put(ledger, name);
        const attempt = begun(await ledger.begin(id, beginOptions(name, { maxAttempts: 1 })));
        await ledger.settle(
          attempt,
          state === 'rejected'
            ? { state, failure: note }
            : { state: 'attempt-failed', failure: note, delayMs: 0 },
        );
        return id;
      };

      it('queues rejected and failed images with all their attempts, and no others', async () => {
        const ids = [await setAside('a.jpg', 'rejected'), await setAside('b.jpg', 'failed')];
        const done = await put(ledger, 'c.jpg');
        await finish(ledger, done, 'c.jpg');
        expect(await ledger.retry({})).toBe(2);
        for (const id of ids) {
          const attempt = begun(await ledger.begin(id, beginOptions(`${id}`)));
          expect(attempt).toMatchObject({ number: 1, round: 1 });
        }
        expect(await stateOf(done)).toBe('done');
      });

      it('takes those that are asked for: by name, state or id', async () => {
        const a = await setAside('dir/a.jpg', 'rejected');
        const b = await setAside('dir/b.jpg', 'failed');
        const c = await setAside('c.png', 'failed');
        expect(await ledger.retry({ name: '*.png' })).toBe(1);
        expect(await ledger.retry({ states: ['rejected'] })).toBe(1);
        expect(await ledger.retry({ ids: [b] })).toBe(1);
        expect(await ledger.retry({ ids: [a, b, c] })).toBe(0);
        expect(await ledger.retry({ ids: [] })).toBe(0);
      });
    });

    describe('Looking', () => {
      it('lists images by state, newest change first, and as many as asked for', async () => {
        const ids = [await put(ledger, 'a.jpg'), await put(ledger, 'b.jpg'), await put(ledger, 'c.jpg')];
        await finish(ledger, ids[0] ?? 0n, 'a.jpg');
        const names = async (filter: Parameters<Ledger['images']>[0]): Promise<string[]> =>
          (await all(ledger.images(filter))).map((row) => row.image.key);
        expect(await names({})).toEqual(['a.jpg', 'c.jpg', 'b.jpg']);
        expect(await names({ oldestFirst: true })).toEqual(['b.jpg', 'c.jpg', 'a.jpg']);
        expect(await names({ states: ['queued'] })).toEqual(['c.jpg', 'b.jpg']);
        expect(await names({ limit: 1 })).toEqual(['a.jpg']);
        expect(await names({ since: await later() })).toEqual([]);
        expect(await names({ until: await later(), states: ['done', 'failed'] })).toEqual(['a.jpg']);
      });

      it('finds names by a part, or as a whole with wildcards, in the input or in the output', async () => {
        const names = [
          'dir/cat1.jpg',
          'dir/cat2.png',
          'dog.jpg',
          '100%.jpg',
          '100x.jpg',
          'a_b',
          'axb',
          'back\\slash',
        ];
        for (const name of names) await finish(ledger, await put(ledger, name), name);
        const find = async (name: string): Promise<string[]> => {
          const images = (await all(ledger.images({ name, oldestFirst: true }))).map(
            (row): string => row.image.key,
          );
          const records = (await all(ledger.records({ name, oldestFirst: true }))).map(
            (row): string => row.image.key,
          );
          expect(records).toEqual(images);
          return images;
        };
        expect(await find('cat')).toEqual(['dir/cat1.jpg', 'dir/cat2.png']);
        expect(await find('dir/*.png')).toEqual(['dir/cat2.png']);
        expect(await find('dir/cat?.jpg')).toEqual(['dir/cat1.jpg']);
        expect(await find('*.jpg')).toEqual(['dir/cat1.jpg', 'dog.jpg', '100%.jpg', '100x.jpg']);
        expect(await find('negated_dog*')).toEqual(['dog.jpg']);
        expect(await find('0%')).toEqual(['100%.jpg']);
        expect(await find('a_b')).toEqual(['a_b']);
        expect(await find('k\\s')).toEqual(['back\\slash']);
        expect(await find('CAT')).toEqual([]);
      });

      it('shows more than a page, in order and each once', async () => {
        const objects = Array.from({ length: 1_203 }, (_, n) => seen(`${n}.jpg`));
        await ledger.enqueue(inputBucket, objects, await ledger.now());
        const rows = await all(ledger.images({}));
        expect(new Set(rows.map((row) => row.id)).size).toBe(1_203);
        expect(await all(ledger.images({ limit: 700, oldestFirst: true }))).toHaveLength(700);
      });

      it('lists records that came after one, for following', async () => {
        for (const name of ['a', 'b', 'c']) await finish(ledger, await put(ledger, name), name);
        const [first] = await all(ledger.records({ oldestFirst: true, limit: 1 }));
        const after = await all(ledger.records({ afterRecord: first?.id ?? 0n, oldestFirst: true }));
        expect(after.map((record) => record.image.key)).toEqual(['b', 'c']);
        expect(await all(ledger.records({ afterRecord: after.at(-1)?.id ?? 0n }))).toEqual([]);
      });

      it('lists records by time and by the state of their image', async () => {
        const id = await put(ledger, 'a');
        await finish(ledger, id, 'a');
        const between = await later();
        await finish(ledger, await put(ledger, 'b'), 'b');
        expect((await all(ledger.records({ since: between }))).map((r) => r.image.key)).toEqual(['b']);
        expect((await all(ledger.records({ until: between }))).map((r) => r.image.key)).toEqual(['a']);
        await ledger.enqueue(inputBucket, [seen('a')], await later());
        expect((await all(ledger.records({ states: ['done'] }))).map((r) => r.image.key)).toEqual(['b']);
      });

      it('tells how things stand', async () => {
        const empty = await ledger.status();
        expect(empty).toMatchObject({
          records: 0,
          oldestQueuedAt: undefined,
          lastDoneAt: undefined,
          workers: [],
          outages: [],
        });
        await finish(ledger, await put(ledger, 'a'), 'a');
        const bad = begun(await ledger.begin(await put(ledger, 'b'), beginOptions('b')));
        await ledger.settle(bad, { state: 'rejected', failure: note });
        await put(ledger, 'c');
        const now = await ledger.status();
        expect(now.counts).toEqual({
          queued: 1,
          processing: 0,
          done: 1,
          rejected: 1,
          failed: 0,
          superseded: 0,
        });
        expect(now).toMatchObject({ records: 1, doneLastMinute: 1, doneLastHour: 1 });
        expect(now.failures).toEqual([{ code: 'image-damaged', state: 'rejected', count: 1 }]);
        expect(now.oldestQueuedAt).toBeInstanceOf(Date);
        expect(now.lastDoneAt).toBeInstanceOf(Date);
        expect((await test.other.status()).counts.done).toBe(0);
      });

      it('tells of outages, each with the time when it began', async () => {
        const outage = { code: 'store-full', what: 'full', remedy: 'Make room.' } as const;
        await ledger.reportOutage('worker-1', outage);
        const [first] = (await ledger.status()).outages;
        expect(first).toMatchObject({ worker: 'worker-1', failure: outage });
        await ledger.reportOutage('worker-1', { ...outage, what: 'still full' });
        const [second] = (await ledger.status()).outages;
        expect(second).toMatchObject({ since: first?.since, failure: { what: 'still full' } });
        await ledger.reportOutage('worker-1', undefined);
        expect((await ledger.status()).outages).toEqual([]);
      });
    });
  });
}
