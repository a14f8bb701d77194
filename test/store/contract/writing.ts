import { describe, expect, it } from 'vitest';
import type { Expected, Subject } from '../contract.ts';
import { failureOf, key, put, read, sha256 } from '../objects.ts';

export function writesWhole(subject: () => Subject, expected: Expected): void {
  describe('writing', () => {
    it('replaces an object as a whole, and gives it another ETag', async () => {
      const name = key('replaced');
      const etags = new Set<string>();
      for (let count = 0; count < 20; count += 1) {
        etags.add((await put(subject().store, name, `version ${String(count).padStart(2, '0')}`)).etag);
      }
      expect(etags.size).toBe(20);
      expect(await read(subject().store, name)).toBe('version 19');
    });

    it('refuses bytes that do not have the SHA-256 that was promised', async () => {
      const name = key('wrong sum');
      expect(
        await failureOf(put(subject().store, name, 'these', { sha256: sha256(Buffer.from('those')) })),
      ).toBe('store-corrupted');
      expect(await subject().store.head(name)).toBeUndefined();
    });

    it('writes where nothing is, and leaves alone what is there, with the condition absent', async () => {
      const name = key('only once');
      const first = await put(subject().store, name, 'first', { condition: 'absent' });
      expect(await failureOf(put(subject().store, name, 'second', { condition: 'absent' }))).toBe(
        'object-exists',
      );
      expect(await subject().store.head(name)).toMatchObject({ etag: first.etag });
      expect(await read(subject().store, name)).toBe('first');
    });

    it('replaces a known version, and no other, with the condition of an ETag', async () => {
      const name = key('only this');
      const first = await put(subject().store, name, 'first');
      const second = await put(subject().store, name, 'second', { condition: { etag: first.etag } });
      expect(await failureOf(put(subject().store, name, 'third', { condition: { etag: first.etag } }))).toBe(
        'object-changed',
      );
      expect(
        await failureOf(put(subject().store, key('not there'), 'x', { condition: { etag: first.etag } })),
      ).toBe('object-changed');
      expect(await subject().store.head(name)).toMatchObject({ etag: second.etag });
      expect(await read(subject().store, name)).toBe('second');
      expect(await subject().store.head(key('not there'))).toBeUndefined();
    });

    if (expected.conditionalPut) {
      it('lets exactly one of many writers win', async () => {
        const name = key('contended/by many');
        const outcomes = await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            failureOf(put(subject().store, name, `writer ${String(index)}`, { condition: 'absent' })),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome === 'object-exists')).toHaveLength(11);
        expect(await read(subject().store, name)).toBe(`writer ${String(outcomes.indexOf('none'))}`);

        const { etag } = (await subject().store.head(name)) ?? { etag: '' };
        const replacing = await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            failureOf(put(subject().store, name, `again ${String(index)}`, { condition: { etag } })),
          ),
        );
        expect(replacing.filter((outcome) => outcome === 'none')).toHaveLength(1);
        expect(replacing.filter((outcome) => outcome === 'object-changed')).toHaveLength(11);
        expect(await read(subject().store, name)).toBe(`again ${String(replacing.indexOf('none'))}`);
      });
    }

    it('shows readers the old object or the new one, never a part', async () => {
      const name = key('whole');
      const size = 400_000;
      await put(subject().store, name, Buffer.alloc(size, 'a'));
      const state = { writing: true };
      const writer = (async () => {
        for (let count = 0; count < 15; count += 1)
          await put(subject().store, name, Buffer.alloc(size, 'abc'[count % 3] ?? 'a'));
        state.writing = false;
      })();
      let seen = 0;
      while (state.writing) {
        const text = await read(subject().store, name);
        expect(text.length).toBe(size);
        expect(new Set(text).size).toBe(1);
        seen += 1;
      }
      await writer;
      expect(seen).toBeGreaterThan(0);
    });
  });
}
