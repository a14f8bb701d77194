import { describe, expect, it } from 'vitest';
import type { Subject } from '../contract.ts';
import { awkwardKeys } from '../keys.ts';
import { failureOf, key, listAll, put } from '../objects.ts';

export function listsEverything(subject: () => Subject): void {
  describe('listing', () => {
    it('goes through more objects than a page has, each once', async () => {
      const names = Array.from({ length: 57 }, (_, index) => key(`pages/${String(index)} ü+%.jpg`));
      await Promise.all(names.map((name) => put(subject().store, name, 'x')));
      const pages: number[] = [];
      const found: string[] = [];
      for await (const page of subject().store.list({ prefix: 'pages/', pageSize: 10 })) {
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
      for (const name of names) await put(subject().store, name, 'x');
      const found: string[] = [];
      for await (const page of subject().store.list({ prefix: 'ends/', pageSize: 1 })) {
        found.push(...page.objects.map((version) => version.key));
      }
      expect(found.sort()).toEqual([...names].sort());
    });

    it('keeps to a prefix as a text, not as a folder', async () => {
      for (const name of ['pre/a', 'pre/ab', 'pre/b', 'prefix']) await put(subject().store, key(name), 'x');
      expect([...(await listAll(subject().store, 'pre/a')).keys()].sort()).toEqual(['pre/a', 'pre/ab']);
      expect([...(await listAll(subject().store, 'pre')).keys()].sort()).toEqual([
        'pre/a',
        'pre/ab',
        'pre/b',
        'prefix',
      ]);
      expect((await listAll(subject().store, 'PRE')).size).toBe(0);
    });

    it('begins behind any key, in the order of bytes, where the store says that it lists in order', async () => {
      const names = awkwardKeys
        .filter((name) => Buffer.byteLength(name) < 1000)
        .map((name) => key(`after/${name}`));
      for (const name of names) await put(subject().store, name, 'x');
      const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const { inOrder } = subject().store;
      for (const [at, name] of sorted.entries()) {
        const found: string[] = [];
        for await (const page of subject().store.list({ prefix: 'after/', after: name }))
          found.push(...page.objects.map((version) => version.key));
        if (inOrder === true) expect(found).toEqual(sorted.slice(at + 1));
        else expect(found.sort()).toEqual([...names].sort());
      }
    });

    it('can be left in the middle, and stops at an abort', async () => {
      for await (const page of subject().store.list({ pageSize: 1 })) {
        expect(page.objects.length).toBe(1);
        break;
      }
      const listing = (async () => {
        for await (const page of subject().store.list({ signal: AbortSignal.abort() }))
          expect(page).toBeUndefined();
      })();
      expect(await failureOf(listing)).toBe('interrupted');
    });
  });
}
