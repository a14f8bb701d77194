import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/image/facts.ts';
import { parseFactsQuery } from '../../../src/image/factsQuery.ts';
import type { Ledger } from '../../../src/ledger/contract/ledger.ts';
import { all, begun, beginOptions, finish, inputBucket, put, recipe, recordOf, seen } from '../sample.ts';
import { type Given, note } from './given.ts';

export function looking(given: Given): void {
  describe('Looking', () => {
    it('lists images by state, newest change first, and as many as asked for', async () => {
      const ids = [
        await put(given.ledger, 'a.jpg'),
        await put(given.ledger, 'b.jpg'),
        await put(given.ledger, 'c.jpg'),
      ];
      await finish(given.ledger, ids[0] ?? 0n, 'a.jpg');
      const names = async (filter: Parameters<Ledger['images']>[0]): Promise<string[]> =>
        (await all(given.ledger.images(filter))).map((row) => row.image.key);
      expect(await names({})).toEqual(['a.jpg', 'c.jpg', 'b.jpg']);
      expect(await names({ oldestFirst: true })).toEqual(['b.jpg', 'c.jpg', 'a.jpg']);
      expect(await names({ states: ['queued'] })).toEqual(['c.jpg', 'b.jpg']);
      expect(await names({ limit: 1 })).toEqual(['a.jpg']);
      expect(await names({ since: await given.later() })).toEqual([]);
      expect(await names({ until: await given.later(), states: ['done', 'failed'] })).toEqual(['a.jpg']);
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
      for (const name of names) await finish(given.ledger, await put(given.ledger, name), name);
      const find = async (name: string): Promise<string[]> => {
        const images = (await all(given.ledger.images({ name, oldestFirst: true }))).map(
          (row): string => row.image.key,
        );
        const records = (await all(given.ledger.records({ name, oldestFirst: true }))).map(
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

    it('finds records by their facts, and by what else is known of them', async () => {
      const known = async (name: string, facts: Facts | undefined) => {
        const attempt = begun(await given.ledger.begin(await put(given.ledger, name), beginOptions(name)));
        const record = { ...recordOf(attempt), ...(facts !== undefined && { facts }) };
        await given.ledger.commit(attempt, [record], recipe);
        await given.ledger.settle(attempt, { state: 'done' });
      };
      await known('sharp', { blur: 0.1, exif: { model: "X'100" }, label: 'cat', ok: true });
      await known('soft', { blur: 0.9, exif: { model: 'Y_1' }, label: 'dog', ok: null });
      await known('odd', { blur: 'much', label: ['cat'], 'a b': { 'c.d': 1 } });
      await known('unmeasured', undefined);
      const found = async (where: string) =>
        (await all(given.ledger.records({ facts: parseFactsQuery(where), oldestFirst: true }))).map(
          (record): string => record.image.key,
        );
      expect(await found('blur < 0.2')).toEqual(['sharp']);
      expect(await found('blur > 0')).toEqual(['sharp', 'soft']);
      expect(await found('not blur > 0.5')).toEqual(['sharp', 'odd', 'unmeasured']);
      expect(await found("blur = 'much'")).toEqual(['odd']);
      expect(await found('blur != 0.1')).toEqual(['soft', 'odd']);
      expect(await found("exif.model = 'X''100'")).toEqual(['sharp']);
      expect(await found("exif.model like 'Y_1'")).toEqual(['soft']);
      expect(await found("exif.model like 'X*'")).toEqual(['sharp']);
      expect(await found("label in ('cat', 'dog') and ok = true")).toEqual(['sharp']);
      expect(await found('ok = null')).toEqual(['soft']);
      expect(await found('missing exif.model')).toEqual(['odd', 'unmeasured']);
      expect(await found('"a b"."c.d" = 1')).toEqual(['odd']);
      expect(await found("output.key like 'negated_s*' and input.width >= 640")).toEqual(['sharp', 'soft']);
      expect(await found("label = '''; drop table kuva.records; --'")).toEqual([]);
      const [record] = await all(given.ledger.records({ name: 'soft' }));
      expect(record?.facts).toEqual({ blur: 0.9, exif: { model: 'Y_1' }, label: 'dog', ok: null });
    });

    it('shows more than a page, in order and each once', async () => {
      const objects = Array.from({ length: 1_203 }, (_, n) => seen(`${n}.jpg`));
      await given.ledger.enqueue(inputBucket, objects, await given.ledger.now());
      const rows = await all(given.ledger.images({}));
      expect(new Set(rows.map((row) => row.id)).size).toBe(1_203);
      expect(await all(given.ledger.images({ limit: 700, oldestFirst: true }))).toHaveLength(700);
    });

    it('lists records that came after one, for following', async () => {
      for (const name of ['a', 'b', 'c']) await finish(given.ledger, await put(given.ledger, name), name);
      const [first] = await all(given.ledger.records({ oldestFirst: true, limit: 1 }));
      const after = await all(given.ledger.records({ afterRecord: first?.id ?? 0n, oldestFirst: true }));
      expect(after.map((record) => record.image.key)).toEqual(['b', 'c']);
      expect(await all(given.ledger.records({ afterRecord: after.at(-1)?.id ?? 0n }))).toEqual([]);
    });

    it('lists records by time and by the state of their image', async () => {
      const id = await put(given.ledger, 'a');
      await finish(given.ledger, id, 'a');
      const between = await given.later();
      await finish(given.ledger, await put(given.ledger, 'b'), 'b');
      expect((await all(given.ledger.records({ since: between }))).map((r) => r.image.key)).toEqual(['b']);
      expect((await all(given.ledger.records({ until: between }))).map((r) => r.image.key)).toEqual(['a']);
      await given.ledger.enqueue(inputBucket, [seen('a')], await given.later());
      expect((await all(given.ledger.records({ states: ['done'] }))).map((r) => r.image.key)).toEqual(['b']);
    });

    it('tells how things stand', async () => {
      const empty = await given.ledger.status();
      expect(empty).toMatchObject({
        records: 0,
        oldestQueuedAt: undefined,
        lastDoneAt: undefined,
        workers: [],
        outages: [],
      });
      await finish(given.ledger, await put(given.ledger, 'a'), 'a');
      const bad = begun(await given.ledger.begin(await put(given.ledger, 'b'), beginOptions('b')));
      await given.ledger.settle(bad, { state: 'rejected', failure: note });
      await put(given.ledger, 'c');
      const now = await given.ledger.status();
      expect(now.counts).toEqual({
        queued: 1,
        processing: 0,
        done: 1,
        rejected: 1,
        failed: 0,
        superseded: 0,
        skipped: 0,
      });
      expect(now).toMatchObject({ records: 1, doneLastMinute: 1, doneLastHour: 1 });
      expect(now.failures).toEqual([{ code: 'image-damaged', state: 'rejected', count: 1 }]);
      expect(now.oldestQueuedAt).toBeInstanceOf(Date);
      expect(now.lastDoneAt).toBeInstanceOf(Date);
      expect((await given.other.status()).counts.done).toBe(0);
    });

    it('tells of outages, each with the time when it began', async () => {
      const outage = { code: 'store-full', what: 'full', remedy: 'Make room.' } as const;
      const output = { resource: 'output', url: 's3://out', failure: outage, age: 60_000 } as const;
      const input = { resource: 'input', url: 's3://in', failure: outage, age: 5_000 } as const;
      await given.ledger.reportOutages('worker-1', [input, output]);
      await given.ledger.reportOutages('worker-2', [output]);
      const told = (await given.ledger.status()).outages;
      expect(told.map(({ worker, resource, url }) => [worker, resource, url])).toEqual([
        ['worker-1', 'output', 's3://out'],
        ['worker-2', 'output', 's3://out'],
        ['worker-1', 'input', 's3://in'],
      ]);
      expect(told[0]?.failure).toEqual(outage);
      const now = (await given.ledger.now()).getTime();
      expect(now - (told[0]?.since.getTime() ?? 0)).toBeGreaterThan(59_000);
      expect(now - (told[0]?.since.getTime() ?? 0)).toBeLessThan(90_000);
      await given.ledger.reportOutages('worker-1', [input]);
      await given.ledger.reportOutages('worker-2', []);
      expect((await given.ledger.status()).outages.map(({ resource }) => resource)).toEqual(['input']);
      await given.ledger.reportOutages('worker-1', []);
      expect((await given.ledger.status()).outages).toEqual([]);
    });
  });
}
