import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { key, put } from '../objects.ts';
import { temporaryStore } from './folders.ts';

describe('watching a folder', () => {
  it('tells the key of a file that came, also in folders that came later', async () => {
    const { folder, store } = await temporaryStore();
    const hints = new Set<string | undefined>();
    const stop = new AbortController();
    store.watch?.((hint) => hints.add(hint), stop.signal);
    await vi.waitFor(async () => {
      await writeFile(join(folder, 'first.jpg'), 'x');
      expect(hints).toContain('first.jpg');
    });
    await mkdir(join(folder, 'new'));
    await vi.waitFor(async () => {
      await writeFile(join(folder, 'new', 'second cat.jpg'), 'x');
      expect(hints).toContain('new/second cat.jpg');
    });
    await put(store, key('a//b'), 'x');
    await vi.waitFor(() => {
      expect(hints).toContain('a//b');
    });
    expect([...hints].filter((hint) => hint?.includes('.kuva') === true)).toEqual([]);
    stop.abort();
  });

  it('survives folders that vanish, and is silent once it is stopped', async () => {
    const { folder, store } = await temporaryStore();
    const stop = new AbortController();
    const onHint = vi.fn();
    store.watch?.(onHint, stop.signal);
    for (let count = 0; count < 50; count += 1) {
      await mkdir(join(folder, 'brief', 'deep'), { recursive: true });
      await rm(join(folder, 'brief'), { recursive: true });
    }
    await vi.waitFor(() => {
      expect(onHint).toHaveBeenCalled();
    });
    stop.abort();
    onHint.mockClear();
    await writeFile(join(folder, 'after.jpg'), 'x');
    await store.head(key('after.jpg'));
    expect(onHint).not.toHaveBeenCalled();
  });
});
