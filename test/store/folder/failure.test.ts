import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { KuvaError } from '../../../src/image/failure.ts';
import { fileFailure } from '../../../src/store/folder/failure.ts';
import { openFolderStore } from '../../../src/store/folder/store.ts';
import { failureOf, key, listAll, put, read } from '../objects.ts';
import { temporaryStore } from './folders.ts';

const run = promisify(execFile);

/** A file system of one megabyte, where this user may mount one. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    return folder;
  } catch {
    await rmdir(folder);
    return undefined;
  }
}

const disk = await smallDisk();

afterAll(async () => {
  if (disk === undefined) return;
  await run('umount', [disk]);
  await rmdir(disk);
});

describe('a folder that fails', () => {
  it.each([
    ['ENOSPC', 'store-full'],
    ['EDQUOT', 'store-full'],
    ['EROFS', 'store-readonly'],
    ['EACCES', 'store-denied'],
    ['EPERM', 'store-denied'],
    ['EMFILE', 'store-busy'],
    ['EIO', 'store-unreachable'],
    ['ESTALE', 'store-unreachable'],
    ['ENAMETOOLONG', 'key-invalid'],
    ['EWHATEVER', 'store-protocol'],
  ])('is told by the code of its error: %s is %s', (code, failure) => {
    const told = fileFailure(Object.assign(new Error(code), { code }), 'writing cat.jpg');
    expect(told.code).toBe(failure);
    expect(told.message).toContain('writing cat.jpg');
    expect(told.remedy).toMatch(/\w/);
  });

  it.skipIf(disk === undefined)(
    'for lack of room keeps the old object and leaves no part of the new one',
    async () => {
      const store = await openFolderStore(disk ?? '');
      await put(store, key('a.jpg'), 'old');
      expect(await failureOf(put(store, key('a.jpg'), Buffer.alloc(2_000_000)))).toBe('store-full');
      expect(await failureOf(put(store, key('new.jpg'), Buffer.alloc(2_000_000)))).toBe('store-full');
      expect(await read(store, key('a.jpg'))).toBe('old');
      expect([...(await listAll(store)).keys()]).toEqual(['a.jpg']);
      await put(store, key('small.jpg'), Buffer.alloc(500_000));
      await store.close();
    },
  );

  it.skipIf(disk === undefined)('for being mounted read-only can still be read', async () => {
    const before = await openFolderStore(disk ?? '');
    const version = await put(before, key('kept.jpg'), 'kept');
    await before.close();
    await run('mount', ['-o', 'remount,ro', disk ?? '']);
    const store = await openFolderStore(disk ?? '');
    expect(await read(store, key('kept.jpg'))).toBe('kept');
    expect(await failureOf(put(store, key('more.jpg'), 'x'))).toBe('store-readonly');
    expect(await failureOf(store.delete(version))).toBe('store-readonly');
    const checks = await store.checkAccess(['read', 'write', 'delete']);
    expect(checks.map(({ allowed }) => allowed)).toEqual([true, false, false]);
    expect(checks[1]?.failure).toBeInstanceOf(KuvaError);
    expect((await store.probe()).note).toContain('takes no writes');
    await store.close();
    await run('mount', ['-o', 'remount,rw', disk ?? '']);
  });

  it('tells what it allows, and leaves nothing behind of trying', async () => {
    const { folder, store } = await temporaryStore();
    const checks = await store.checkAccess(['read', 'write', 'delete']);
    expect(checks.map(({ access, allowed }) => [access, allowed])).toEqual([
      ['read', true],
      ['write', true],
      ['delete', true],
    ]);
    expect(await readdir(folder)).toEqual(['.kuva']);
  });
});
