/** The rules of `src/store/contract.ts`, tried on a real store. Every kind of store runs this one suite. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore, StoreCapabilities } from '../../src/store/contract.ts';
import { awkwardKeys } from './keys.ts';
import { failureOf, key, listAll, put, read, sha256 } from './objects.ts';

export interface Subject {
  readonly store: ObjectStore;
  /** SHA-256 of every object, by key, as somebody else than the store sees them. */
  readonly readOutside: () => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
}

export interface Expected {
  readonly removal: StoreCapabilities['removal'];
  readonly conditionalPut: boolean;
  readonly versioned: boolean;
}

export function keepsTheContract(open: () => Promise<Subject>, expected: Expected): void {
  let subject: Subject;
  let store: ObjectStore;

  beforeAll(async () => {
    subject = await open();
    store = subject.store;
  });

  afterAll(async () => {
    await subject.close();
  });

  describe('capabilities', () => {
    it('are found by trying, told in a sentence, and leave nothing behind', async () => {
      const found = await store.probe();
      expect(found).toMatchObject({ ...expected, conditionalGet: true });
      expect(found.note).toMatch(/^\w.{20,}/);
      expect(await listAll(store)).toEqual(new Map());
      expect([...(await subject.readOutside()).keys()]).toEqual([]);
    });
  });

  describe('awkward keys', () => {
    const content = (name: string) => `the object named ${JSON.stringify(name)}`;

    it('are written to the letter, all beside each other', async () => {
      for (const name of awkwardKeys) await put(store, name, content(name), { condition: 'absent' });
      const listed = await listAll(store);
      expect([...listed.keys()].sort()).toEqual([...awkwardKeys].sort());
      const outside = await subject.readOutside();
      expect([...outside.keys()].sort()).toEqual([...awkwardKeys].sort());
      for (const name of awkwardKeys) {
        expect(outside.get(name), JSON.stringify(name)).toBe(sha256(Buffer.from(content(name))));
      }
    });

    it('are read, looked at and found taken', async () => {
      const listed = await listAll(store);
      for (const name of awkwardKeys) {
        expect(await read(store, name), JSON.stringify(name)).toBe(content(name));
        const version = await store.head(name);
        expect(version).toMatchObject({
          key: name,
          etag: listed.get(name)?.etag,
          size: Buffer.byteLength(content(name)),
        });
        expect(await failureOf(put(store, name, 'x', { condition: 'absent' })), JSON.stringify(name)).toBe(
          'object-exists',
        );
      }
    });

    it('are removed without touching a neighbour', async () => {
      const left = new Set<string>(awkwardKeys);
      for (const name of awkwardKeys) {
        const version = await store.head(name);
        expect(version && (await store.delete(version)), JSON.stringify(name)).toBe('deleted');
        left.delete(name);
        expect(await store.head(name)).toBeUndefined();
        if (left.size % 10 === 0) expect(new Set((await listAll(store)).keys())).toEqual(left);
      }
      expect((await listAll(store)).size).toBe(0);
      expect((await subject.readOutside()).size).toBe(0);
    });
  });

  describe('reading', () => {
    it('tells size, time and ETag alike in put, head, get and list', async () => {
      const name = key('told/alike.jpg');
      const before = Date.now();
      const written = await put(store, name, 'twelve bytes');
      const looked = await store.head(name);
      const got = await store.get(name);
      got.body.destroy();
      const listed = (await listAll(store)).get(name);
      for (const version of [written, looked, got.version, listed]) {
        expect(version).toMatchObject({ key: name, etag: written.etag, size: 12 });
        expect(Math.abs((version?.lastModified.getTime() ?? 0) - before)).toBeLessThan(30_000);
      }
      expect(written.etag).not.toMatch(/"/);
    });

    it('hands over every byte value, in an object of many chunks', async () => {
      const name = key('bytes.bin');
      const bytes = Buffer.alloc(3_000_000, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
      await put(store, name, bytes);
      const { body, version } = await store.get(name);
      const chunks: Buffer[] = [];
      for await (const chunk of body) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      expect(version.size).toBe(bytes.length);
      expect(sha256(Buffer.concat(chunks))).toBe(sha256(bytes));
    });

    it('knows empty objects', async () => {
      const name = key('empty');
      const version = await put(store, name, '');
      expect(await store.head(name)).toMatchObject({ etag: version.etag, size: 0 });
      expect(await read(store, name)).toBe('');
      expect(await store.delete(version)).toBe('deleted');
    });

    it('fails with object-missing, and head with nothing, where there is no object', async () => {
      expect(await failureOf(store.get(key('never')))).toBe('object-missing');
      expect(await store.head(key('never'))).toBeUndefined();
      expect(await store.head(key('never/below'))).toBeUndefined();
    });

    it('reads a version by its ETag, and fails with object-changed once it was replaced', async () => {
      const name = key('conditional get');
      const first = await put(store, name, 'one');
      expect(await read(store, name, first.etag)).toBe('one');
      await put(store, name, 'two');
      expect(await failureOf(store.get(name, { ifMatch: first.etag }))).toBe('object-changed');
      expect(await read(store, name)).toBe('two');
    });

    it('can be broken off by the reader, and goes on serving others', async () => {
      const name = key('broken off');
      await put(store, name, Buffer.alloc(5_000_000, 1));
      const { body } = await store.get(name);
      const first: unknown = (await body[Symbol.asyncIterator]().next()).value;
      expect(first).toBeInstanceOf(Buffer);
      body.destroy();
      expect((await store.head(name))?.size).toBe(5_000_000);
    });

    it('stops at an abort, before and within the body', async () => {
      const name = key('aborted');
      await put(store, name, Buffer.alloc(20_000_000, 1));
      expect(await failureOf(store.get(name, { signal: AbortSignal.abort() }))).toBe('interrupted');
      const abort = new AbortController();
      const { body } = await store.get(name, { signal: abort.signal });
      const reading = (async () => {
        for await (const chunk of body) if (Buffer.isBuffer(chunk)) abort.abort();
      })();
      expect(await failureOf(reading)).toBe('interrupted');
    });
  });

  describe('writing', () => {
    it('replaces an object as a whole, and gives it another ETag', async () => {
      const name = key('replaced');
      const etags = new Set<string>();
      for (let count = 0; count < 20; count += 1) {
        etags.add((await put(store, name, `version ${String(count).padStart(2, '0')}`)).etag);
      }
      expect(etags.size).toBe(20);
      expect(await read(store, name)).toBe('version 19');
    });

    it('refuses bytes that do not have the SHA-256 that was promised', async () => {
      const name = key('wrong sum');
      expect(await failureOf(put(store, name, 'these', { sha256: sha256(Buffer.from('those')) }))).toBe(
        'store-corrupted',
      );
      expect(await store.head(name)).toBeUndefined();
    });

    it('writes where nothing is, and leaves alone what is there, with the condition absent', async () => {
      const name = key('only once');
      const first = await put(store, name, 'first', { condition: 'absent' });
      expect(await failureOf(put(store, name, 'second', { condition: 'absent' }))).toBe('object-exists');
      expect(await store.head(name)).toMatchObject({ etag: first.etag });
      expect(await read(store, name)).toBe('first');
    });

    it('replaces a known version, and no other, with the condition of an ETag', async () => {
      const name = key('only this');
      const first = await put(store, name, 'first');
      const second = await put(store, name, 'second', { condition: { etag: first.etag } });
      expect(await failureOf(put(store, name, 'third', { condition: { etag: first.etag } }))).toBe(
        'object-changed',
      );
      expect(await failureOf(put(store, key('not there'), 'x', { condition: { etag: first.etag } }))).toBe(
        'object-changed',
      );
      expect(await store.head(name)).toMatchObject({ etag: second.etag });
      expect(await read(store, name)).toBe('second');
      expect(await store.head(key('not there'))).toBeUndefined();
    });

    it.runIf(expected.conditionalPut)('lets exactly one of many writers win', async () => {
      const name = key('contended/by many');
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          failureOf(put(store, name, `writer ${String(index)}`, { condition: 'absent' })),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'object-exists')).toHaveLength(11);
      expect(await read(store, name)).toBe(`writer ${String(outcomes.indexOf('none'))}`);

      const { etag } = (await store.head(name)) ?? { etag: '' };
      const replacing = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          failureOf(put(store, name, `again ${String(index)}`, { condition: { etag } })),
        ),
      );
      expect(replacing.filter((outcome) => outcome === 'none')).toHaveLength(1);
      expect(replacing.filter((outcome) => outcome === 'object-changed')).toHaveLength(11);
      expect(await read(store, name)).toBe(`again ${String(replacing.indexOf('none'))}`);
    });

    it('shows readers the old object or the new one, never a part', async () => {
      const name = key('whole');
      const size = 400_000;
      await put(store, name, Buffer.alloc(size, 'a'));
      const state = { writing: true };
      const writer = (async () => {
        for (let count = 0; count < 15; count += 1)
          await put(store, name, Buffer.alloc(size, 'abc'[count % 3] ?? 'a'));
        state.writing = false;
      })();
      let seen = 0;
      while (state.writing) {
        const text = await read(store, name);
        expect(text.length).toBe(size);
        expect(new Set(text).size).toBe(1);
        seen += 1;
      }
      await writer;
      expect(seen).toBeGreaterThan(0);
    });
  });

  describe('listing', () => {
    it('goes through more objects than a page has, each once', async () => {
      const names = Array.from({ length: 57 }, (_, index) => key(`pages/${String(index)} ü+%.jpg`));
      await Promise.all(names.map((name) => put(store, name, 'x')));
      const pages: number[] = [];
      const found: string[] = [];
      for await (const page of store.list({ prefix: 'pages/', pageSize: 10 })) {
        pages.push(page.objects.length);
        found.push(...page.objects.map((version) => version.key));
      }
      expect(Math.max(...pages)).toBeLessThanOrEqual(10);
      expect(pages.length).toBeGreaterThanOrEqual(6);
      expect(found.sort()).toEqual([...names].sort());
    });

    it('ends pages at any key', async () => {
      const names = awkwardKeys
        .filter((name) => Buffer.byteLength(name) < 1000)
        .map((name) => key(`ends/${name}`));
      for (const name of names) await put(store, name, 'x');
      const found: string[] = [];
      for await (const page of store.list({ prefix: 'ends/', pageSize: 1 })) {
        found.push(...page.objects.map((version) => version.key));
      }
      expect(found.sort()).toEqual([...names].sort());
    });

    it('keeps to a prefix as a text, not as a folder', async () => {
      for (const name of ['pre/a', 'pre/ab', 'pre/b', 'prefix']) await put(store, key(name), 'x');
      expect([...(await listAll(store, 'pre/a')).keys()].sort()).toEqual(['pre/a', 'pre/ab']);
      expect([...(await listAll(store, 'pre')).keys()].sort()).toEqual([
        'pre/a',
        'pre/ab',
        'pre/b',
        'prefix',
      ]);
      expect((await listAll(store, 'PRE')).size).toBe(0);
    });

    it('can be left in the middle, and stops at an abort', async () => {
      for await (const page of store.list({ pageSize: 1 })) {
        expect(page.objects.length).toBe(1);
        break;
      }
      const listing = (async () => {
        for await (const page of store.list({ signal: AbortSignal.abort() })) expect(page).toBeUndefined();
      })();
      expect(await failureOf(listing)).toBe('interrupted');
    });
  });

  describe('removing', () => {
    it('removes the version that was read, and harmlessly again', async () => {
      const name = key('removed');
      const { version, body } = await (await put(store, name, 'bytes'), store.get(name));
      body.destroy();
      expect(await store.delete(version)).toBe('deleted');
      expect(await store.head(name)).toBeUndefined();
      // Where a version is named, the server does not tell whether it was there.
      expect(await store.delete(version)).toBe(expected.versioned ? 'deleted' : 'missing');
    });

    it('removes a version that a listing showed', async () => {
      const name = key('removed from a listing');
      await put(store, name, 'bytes');
      const version = (await listAll(store, name)).get(name);
      expect(version && (await store.delete(version))).toBe('deleted');
      expect(await store.head(name)).toBeUndefined();
    });

    it('leaves a newer version alone', async () => {
      const name = key('replaced meanwhile');
      const first = await put(store, name, 'first');
      const listed = (await listAll(store, name)).get(name);
      const second = await put(store, name, 'second');
      expect(await store.delete(first)).toBe(expected.versioned ? 'deleted' : 'changed');
      expect(listed && (await store.delete(listed))).toBe('changed');
      expect(await store.head(name)).toMatchObject({ etag: second.etag });
      expect(await read(store, name)).toBe('second');
    });

    it('never removes what somebody keeps replacing, but for the version that it was told of', async () => {
      const name = key('busy');
      let version = await put(store, name, 'version 0');
      for (let count = 1; count < 25; count += 1) {
        const [outcome, newer] = await Promise.all([
          store.delete(version),
          put(store, name, `version ${String(count)}`),
        ]);
        expect(['deleted', 'changed', 'missing']).toContain(outcome);
        if (expected.removal === 'exact') {
          expect(await read(store, name)).toBe(`version ${String(count)}`);
          expect(await store.head(name)).toMatchObject({ etag: newer.etag });
        }
        version = newer;
      }
    });

    // In a bucket that kept versions once, Ceph RGW 16 answers such a race with half an object for a while.
    it.skipIf(expected.removal === 'compare')('can be repeated by many at once', async () => {
      const version = await put(store, key('removed by many'), 'bytes');
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => store.delete(version)));
      expect(outcomes).toContain('deleted');
      expect(new Set([...outcomes, 'deleted', 'missing'])).toEqual(new Set(['deleted', 'missing']));
      expect(await store.head(version.key)).toBeUndefined();
    });
  });
}
