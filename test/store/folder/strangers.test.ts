/** A bucket's folder belongs to its user: what other programs do in it, while kuva works there. */
import { execFile } from 'node:child_process';
import { renameSync } from 'node:fs';
import { link, lstat, mkdir, readdir, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openFolderStore } from '../../../src/store/folder/store.ts';
import { failureOf, key, listAll, listUnusable, put, read } from '../objects.ts';
import { temporaryFolder, temporaryStore } from './folders.ts';

const run = promisify(execFile);

describe('other programs in a bucket’s folder', () => {
  it('see ordinary files under ordinary names, and their own files are objects', async () => {
    const { folder, store } = await temporaryStore();
    await put(store, key('a b/photo%20one.jpg'), 'written by kuva');
    expect(await readFile(join(folder, 'a b', 'photo%20one.jpg'), 'utf8')).toBe('written by kuva');
    await writeFile(join(folder, 'a b', '100%.jpg'), 'written by hand');
    expect(await read(store, key('a b/100%.jpg'))).toBe('written by hand');
    expect(new Set((await listAll(store)).keys())).toEqual(new Set(['a b/photo%20one.jpg', 'a b/100%.jpg']));
  });

  it('make a new version by replacing, rewriting or touching a file, not by moving it away and back', async () => {
    const { folder, store } = await temporaryStore();
    const path = join(folder, 'cat.jpg');
    const name = key('cat.jpg');
    const etags = new Set<string | undefined>();
    const look = async () => etags.add((await store.head(name))?.etag);
    await writeFile(path, 'one');
    await look();
    await rename(path, join(folder, 'away'));
    await rename(join(folder, 'away'), path);
    await look();
    await link(path, join(folder, 'second name'));
    await look();
    expect(etags.size).toBe(1);
    await utimes(path, 1, 1);
    await look();
    await writeFile(`${path}.new`, 'two');
    await rename(`${path}.new`, path);
    await look();
    await writeFile(path, 'three');
    await look();
    expect(etags.size).toBe(4);
  });

  it('never lose a file that they put in place of the one that is removed', async () => {
    const { folder, store } = await temporaryStore();
    const path = join(folder, 'cat.jpg');
    let lost = 0;
    for (let round = 0; round < 150; round += 1) {
      await writeFile(join(folder, 'incoming'), `old ${String(round)}`);
      await rename(join(folder, 'incoming'), path);
      const version = await store.head(key('cat.jpg'));
      if (version === undefined) throw new Error('not there');
      await writeFile(join(folder, 'incoming'), `new ${String(round)}`);
      const removing = store.delete(version);
      // A little later each time, so that every step of the removal is met.
      for (let turn = 0; turn < round % 15; turn += 1) await setImmediate();
      renameSync(join(folder, 'incoming'), path);
      const outcome = await removing;
      expect(['deleted', 'changed']).toContain(outcome);
      const texts = await Promise.all((await contents(folder)).map((file) => readFile(file, 'utf8')));
      if (!texts.includes(`new ${String(round)}`)) lost += 1;
    }
    expect(lost).toBe(0);
  });

  it('may have links and pipes there, which are told and left alone', async () => {
    const { folder, store } = await temporaryStore();
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'secret'), 'not in the bucket');
    await symlink(join(outside, 'secret'), join(folder, 'link.jpg'));
    await symlink(outside, join(folder, 'linked'));
    await run('mkfifo', [join(folder, 'pipe')]);
    expect((await listAll(store)).size).toBe(0);
    expect((await listUnusable(store)).map(({ name, reason }) => `${name}: ${reason}`).sort()).toEqual([
      'link.jpg: it is a symbolic link',
      'linked: it is a symbolic link',
      'pipe: it is not a regular file',
    ]);
    for (const name of ['link.jpg', 'linked/secret', 'pipe']) {
      expect(await store.head(key(name))).toBeUndefined();
      expect(await failureOf(store.get(key(name)))).toBe('object-missing');
    }
    await put(store, key('linked/new.jpg'), 'inside');
    await put(store, key('link.jpg'), 'inside too');
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('not in the bucket');
    expect(await read(store, key('linked/new.jpg'))).toBe('inside');
    expect(await read(store, key('link.jpg'))).toBe('inside too');
    expect((await lstat(join(folder, 'link.jpg'))).isSymbolicLink()).toBe(true);
  });

  it('may write names that are no keys, which are told and left alone', async () => {
    const { folder, store } = await temporaryStore();
    await writeFile(
      Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]),
      'latin-1',
    );
    await writeFile(join(folder, 'a%~b.jpg'), 'with the mark');
    await writeFile(join(folder, 'replaced \ufffd.jpg'), 'a sound name');
    expect([...(await listAll(store)).keys()]).toEqual(['replaced \ufffd.jpg']);
    expect((await listUnusable(store)).map(({ reason }) => reason).sort()).toEqual([
      'its name has the mark %~ in a way that kuva does not write',
      'its name is not valid UTF-8',
    ]);
    expect((await readdir(folder)).length).toBe(4);
  });

  it('may change a file while it is read: the reader is told', async () => {
    const { folder, store } = await temporaryStore();
    await writeFile(join(folder, 'growing.jpg'), Buffer.alloc(3_000_000, 1));
    for (const change of [Buffer.alloc(4_000_000, 2), Buffer.alloc(10, 3)]) {
      const { body } = await store.get(key('growing.jpg'));
      const reading = (async () => {
        let first = true;
        for await (const chunk of body) {
          if (!Buffer.isBuffer(chunk) || !first) continue;
          first = false;
          await writeFile(join(folder, 'growing.jpg'), change);
        }
      })();
      expect(await failureOf(reading)).toBe('object-changed');
    }
  });

  it('may use the name of a folder for a file, and the other way round', async () => {
    const { folder, store } = await temporaryStore();
    await mkdir(join(folder, 'taken'));
    await writeFile(join(folder, 'file'), 'a file');
    await put(store, key('taken'), 'beside the folder', { condition: 'absent' });
    await put(store, key('file/below'), 'below the file', { condition: 'absent' });
    expect(await failureOf(put(store, key('taken'), 'again', { condition: 'absent' }))).toBe('object-exists');
    expect(await read(store, key('taken'))).toBe('beside the folder');
    expect(await read(store, key('file/below'))).toBe('below the file');
    expect(new Set((await listAll(store)).keys())).toEqual(new Set(['file', 'file/below', 'taken']));
    const version = await store.head(key('taken'));
    expect(version && (await store.delete(version))).toBe('deleted');
    expect(await readdir(join(folder, 'taken'))).toEqual([]);
  });

  it('may unmount the disk: nothing is written to the empty folder, and it is no empty bucket', async () => {
    const { folder, store } = await temporaryStore();
    await put(store, key('a.jpg'), 'x');
    await rename(folder, `${folder}-away`);
    expect(await failureOf(put(store, key('b.jpg'), 'x'))).toBe('bucket-missing');
    await mkdir(folder);
    expect(await failureOf(put(store, key('b.jpg'), 'x'))).toBe('bucket-missing');
    expect(await failureOf(listAll(store))).toBe('bucket-missing');
    expect(await failureOf(store.head(key('a.jpg')))).toBe('bucket-missing');
    expect(await readdir(folder)).toEqual([]);
    await run('rmdir', [folder]);
    await rename(`${folder}-away`, folder);
    expect(await read(store, key('a.jpg'))).toBe('x');
  });

  it('may remove the work folder: it is made again', async () => {
    const { folder, store } = await temporaryStore();
    await run('rm', ['-r', join(folder, '.kuva')]);
    const version = await put(store, key('a.jpg'), 'x');
    await run('rm', ['-r', join(folder, '.kuva')]);
    expect(await store.delete(version)).toBe('deleted');
  });

  it('are not given a folder that nobody asked for', async () => {
    const folder = join(await temporaryFolder(), 'not', 'there');
    expect(await failureOf(openFolderStore(folder))).toBe('bucket-missing');
    const store = await openFolderStore(folder, { create: true });
    expect(await readdir(folder)).toEqual(['.kuva']);
    await store.close();
  });
});

/** Paths of all files that a user sees. */
async function contents(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => !path.startsWith(join(folder, '.kuva')));
}
