import { describe, expect, it } from 'vitest';
import type { Subject } from '../contract.ts';
import { awkwardKeys } from '../keys.ts';
import { failureOf, listAll, put, read, sha256 } from '../objects.ts';

export function keepsAwkwardKeys(subject: () => Subject): void {
  describe('awkward keys', () => {
    const content = (name: string) => `the object named ${JSON.stringify(name)}`;

    it('are written to the letter, all beside each other', async () => {
      for (const name of awkwardKeys)
        await put(subject().store, name, content(name), { condition: 'absent' });
      const listed = await listAll(subject().store);
      expect([...listed.keys()].sort()).toEqual([...awkwardKeys].sort());
      const outside = await subject().readOutside();
      expect([...outside.keys()].sort()).toEqual([...awkwardKeys].sort());
      for (const name of awkwardKeys) {
        expect(outside.get(name), JSON.stringify(name)).toBe(sha256(Buffer.from(content(name))));
      }
    });

    it('are read, looked at and found taken', async () => {
      const listed = await listAll(subject().store);
      for (const name of awkwardKeys) {
        expect(await read(subject().store, name), JSON.stringify(name)).toBe(content(name));
        const version = await subject().store.head(name);
        expect(version).toMatchObject({
          key: name,
          etag: listed.get(name)?.etag,
          size: Buffer.byteLength(content(name)),
        });
        expect(
          await failureOf(put(subject().store, name, 'x', { condition: 'absent' })),
          JSON.stringify(name),
        ).toBe('object-exists');
      }
    });

    it('are removed without touching a neighbour', async () => {
      const left = new Set<string>(awkwardKeys);
      for (const name of awkwardKeys) {
        const version = await subject().store.head(name);
        expect(version && (await subject().store.delete(version)), JSON.stringify(name)).toBe('deleted');
        left.delete(name);
        expect(await subject().store.head(name)).toBeUndefined();
        if (left.size % 10 === 0) expect(new Set((await listAll(subject().store)).keys())).toEqual(left);
      }
      expect((await listAll(subject().store)).size).toBe(0);
      expect((await subject().readOutside()).size).toBe(0);
    });
  });
}
