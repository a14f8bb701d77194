import { describe, expect, it } from 'vitest';
import type { Expected, Subject } from '../contract.ts';
import { key, listAll, put, read } from '../objects.ts';

export function removesExactly(subject: () => Subject, expected: Expected): void {
  describe('removing', () => {
    it('removes the version that was read, and harmlessly again', async () => {
      const name = key('removed');
      const { version, body } = await (await put(subject().store, name, 'bytes'), subject().store.get(name));
      body.destroy();
      expect(await subject().store.delete(version)).toBe('deleted');
      expect(await subject().store.head(name)).toBeUndefined();
      // Where a version is named, the server does not tell whether it was there.
      expect(await subject().store.delete(version)).toBe(expected.versioned ? 'deleted' : 'missing');
    });

    it('removes a version that a listing showed', async () => {
      const name = key('removed from a listing');
      await put(subject().store, name, 'bytes');
      const version = (await listAll(subject().store, name)).get(name);
      expect(version && (await subject().store.delete(version))).toBe('deleted');
      expect(await subject().store.head(name)).toBeUndefined();
    });

    it('leaves a newer version alone', async () => {
      const name = key('replaced meanwhile');
      const first = await put(subject().store, name, 'first');
      const listed = (await listAll(subject().store, name)).get(name);
      const second = await put(subject().store, name, 'second');
      expect(await subject().store.delete(first)).toBe(expected.versioned ? 'deleted' : 'changed');
      expect(listed && (await subject().store.delete(listed))).toBe('changed');
      expect(await subject().store.head(name)).toMatchObject({ etag: second.etag });
      expect(await read(subject().store, name)).toBe('second');
    });

    it('never removes what somebody keeps replacing, but for the version that it was told of', async () => {
      const name = key('busy');
      let version = await put(subject().store, name, 'version 0');
      for (let count = 1; count < 25; count += 1) {
        const [outcome, newer] = await Promise.all([
          subject().store.delete(version),
          put(subject().store, name, `version ${String(count)}`),
        ]);
        expect(['deleted', 'changed', 'missing']).toContain(outcome);
        if (expected.removal === 'exact') {
          expect(await read(subject().store, name)).toBe(`version ${String(count)}`);
          expect(await subject().store.head(name)).toMatchObject({ etag: newer.etag });
        }
        version = newer;
      }
    });

    // In a bucket that kept versions once, Ceph RGW 16 may keep half an object after such a race, for good.
    if (expected.removal !== 'compare') {
      it('can be repeated by many at once', async () => {
        const version = await put(subject().store, key('removed by many'), 'bytes');
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => subject().store.delete(version)));
        expect(outcomes).toContain('deleted');
        expect(new Set([...outcomes, 'deleted', 'missing'])).toEqual(new Set(['deleted', 'missing']));
        expect(await subject().store.head(version.key)).toBeUndefined();
      });
    }
  });
}
