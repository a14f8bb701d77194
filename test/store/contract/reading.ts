import { describe, expect, it } from 'vitest';
import type { Subject } from '../contract.ts';
import { failureOf, key, listAll, put, read, sha256 } from '../objects.ts';

export function readsWhatIsThere(subject: () => Subject): void {
  describe('reading', () => {
    it('tells size, time and ETag alike in put, head, get and list', async () => {
      const name = key('told/alike.jpg');
      const before = Date.now();
      const written = await put(subject().store, name, 'twelve bytes');
      const looked = await subject().store.head(name);
      const got = await subject().store.get(name);
      got.body.destroy();
      const listed = (await listAll(subject().store)).get(name);
      for (const version of [written, looked, got.version, listed]) {
        expect(version).toMatchObject({ key: name, etag: written.etag, size: 12 });
        expect(Math.abs((version?.lastModified.getTime() ?? 0) - before)).toBeLessThan(30_000);
      }
      expect(written.etag).not.toMatch(/"/);
    });

    it('hands over every byte value, in an object of many chunks', async () => {
      const name = key('bytes.bin');
      const bytes = Buffer.alloc(3_000_000, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
      await put(subject().store, name, bytes);
      const { body, version } = await subject().store.get(name);
      const chunks: Buffer[] = [];
      for await (const chunk of body) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      expect(version.size).toBe(bytes.length);
      expect(sha256(Buffer.concat(chunks))).toBe(sha256(bytes));
    });

    it('hands over the beginning alone, and tells the size of the whole', async () => {
      const name = key('long.bin');
      await put(subject().store, name, 'x'.repeat(400_000));
      const { body, version } = await subject().store.get(name, { first: 300_001 });
      let bytes = 0;
      for await (const chunk of body) if (Buffer.isBuffer(chunk)) bytes += chunk.length;
      expect([bytes, version.size]).toEqual([300_001, 400_000]);
      for (const [text, first] of [
        ['', 10],
        ['four', 10],
      ] as const) {
        await put(subject().store, key('short'), text);
        const got = await subject().store.get(key('short'), { first });
        expect(got.version.size).toBe(text.length);
        let read = '';
        for await (const chunk of got.body) if (Buffer.isBuffer(chunk)) read += chunk.toString();
        expect(read).toBe(text);
        await subject().store.delete(got.version);
      }
    });

    it('knows empty objects', async () => {
      const name = key('empty');
      const version = await put(subject().store, name, '');
      expect(await subject().store.head(name)).toMatchObject({ etag: version.etag, size: 0 });
      expect(await read(subject().store, name)).toBe('');
      expect(await subject().store.delete(version)).toBe('deleted');
    });

    it('fails with object-missing, and head with nothing, where there is no object', async () => {
      expect(await failureOf(subject().store.get(key('never')))).toBe('object-missing');
      expect(await subject().store.head(key('never'))).toBeUndefined();
      expect(await subject().store.head(key('never/below'))).toBeUndefined();
    });

    it('reads a version by its ETag, and fails with object-changed once it was replaced', async () => {
      const name = key('conditional get');
      const first = await put(subject().store, name, 'one');
      expect(await read(subject().store, name, first.etag)).toBe('one');
      await put(subject().store, name, 'two');
      expect(await failureOf(subject().store.get(name, { ifMatch: first.etag }))).toBe('object-changed');
      expect(await read(subject().store, name)).toBe('two');
    });

    it('can be broken off by the reader, and goes on serving others', async () => {
      const name = key('broken off');
      await put(subject().store, name, Buffer.alloc(5_000_000, 1));
      const { body } = await subject().store.get(name);
      const first: unknown = (await body[Symbol.asyncIterator]().next()).value;
      expect(first).toBeInstanceOf(Buffer);
      body.destroy();
      expect((await subject().store.head(name))?.size).toBe(5_000_000);
    });

    it('stops at an abort, before and within the body', async () => {
      const name = key('aborted');
      await put(subject().store, name, Buffer.alloc(20_000_000, 1));
      expect(await failureOf(subject().store.get(name, { signal: AbortSignal.abort() }))).toBe('interrupted');
      const abort = new AbortController();
      const { body } = await subject().store.get(name, { signal: abort.signal });
      const reading = (async () => {
        for await (const chunk of body) if (Buffer.isBuffer(chunk)) abort.abort();
      })();
      expect(await failureOf(reading)).toBe('interrupted');
    });
  });
}
