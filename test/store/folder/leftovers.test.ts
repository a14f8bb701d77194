/** What killed processes leave, and what becomes of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flatName } from '../../../src/store/folder/names.ts';
import { ownerName, ownerState } from '../../../src/store/folder/owner.ts';
import { openFolderStore } from '../../../src/store/folder/store.ts';
import { key, listAll, put, read } from '../objects.ts';
import { temporaryFolder, temporaryStore } from './folders.ts';

/** An owner on this machine whose process has ended. */
async function deadOwner(): Promise<string> {
  const child: ChildProcess = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  const parts = (await ownerName()).split('-');
  return [parts[0], parts[1], parts[2], child.pid, '1', 'abcdef'].join('-');
}

async function leave(folder: string, owner: string, entry: string, from?: string): Promise<string> {
  const path = join(folder, '.kuva', 'held', owner, ...entry.split('/'));
  await mkdir(dirname(path), { recursive: true });
  if (from === undefined) await writeFile(path, 'half');
  else await rename(join(folder, from), path);
  return path;
}

async function workOf(folder: string): Promise<string[]> {
  return (await readdir(join(folder, '.kuva', 'held'), { recursive: true })).filter((name) =>
    /\/[at]\d/.test(name),
  );
}

describe('leftovers of killed processes', () => {
  it('that were taken aside go back to their names, with their ETags; half-written files go', async () => {
    const folder = await temporaryFolder();
    const first = await openFolderStore(folder);
    const long = key(`${'long name '.repeat(40)}/ü.jpg`);
    const names = [key('cat.jpg'), key('a/b//c d.jpg'), long];
    const etags = new Map<string, string>();
    for (const name of names) etags.set(name, (await put(first, name, `of ${name}`)).etag);
    await put(first, key('file'), 'x');
    await put(first, key('file/below'), 'in the flat place');
    await first.close();

    const owner = await deadOwner();
    await leave(folder, owner, 't1');
    await leave(folder, owner, `a2p=${flatName('cat.jpg')}`, 'cat.jpg');
    await leave(folder, owner, `a3p=${flatName('a/b//c d.jpg')}`, 'a/b/%~/c d.jpg');
    const longPath =
      (await readdir(folder, { recursive: true })).find((path) => path.endsWith('ü.jpg')) ?? '';
    await leave(folder, owner, `a4p=${flatName(long)}`, longPath);
    await leave(folder, owner, `a5f=${flatName('file/below')}`, '%~flat/file%~sbelow');

    const second = await openFolderStore(folder);
    for (const name of names) {
      expect(await read(second, name)).toBe(`of ${name}`);
      expect((await second.head(name))?.etag).toBe(etags.get(name));
    }
    expect(await read(second, key('file/below'))).toBe('in the flat place');
    expect((await listAll(second)).size).toBe(5);
    expect(await workOf(folder)).toEqual([]);
    await second.close();
    expect(await readdir(join(folder, '.kuva', 'held'))).toEqual([]);
  });

  it('never go over a newer file, and are not dropped either', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'cat.jpg'), 'older');
    await leave(folder, await deadOwner(), 'a1p=cat.jpg', 'cat.jpg');
    await writeFile(join(folder, 'cat.jpg'), 'newer');
    const store = await openFolderStore(folder);
    expect(await read(store, key('cat.jpg'))).toBe('newer');
    const other = [...(await listAll(store)).keys()].find((name) => name !== 'cat.jpg') ?? '';
    expect(other).toMatch(/^cat~kept-[0-9a-f]{8}\.jpg$/);
    expect(await read(store, key(other))).toBe('older');
    await store.close();
  });

  it('are mended once, when several processes find them at the same time', async () => {
    const folder = await temporaryFolder();
    const owner = await deadOwner();
    for (let count = 0; count < 30; count += 1) {
      await writeFile(join(folder, 'one'), String(count));
      await leave(folder, owner, `a${String(count)}p=cat${String(count)}.jpg`, 'one');
    }
    const stores = await Promise.all(Array.from({ length: 6 }, () => openFolderStore(folder)));
    const found = [...(await listAll(stores[0] ?? (await openFolderStore(folder)))).keys()];
    expect(found.sort()).toEqual(Array.from({ length: 30 }, (_, count) => `cat${String(count)}.jpg`).sort());
    await Promise.all(stores.map((store) => store.close()));
    expect(await readdir(join(folder, '.kuva', 'held'))).toEqual([]);
  });

  it('of the living, and of fresh strangers, are left alone', async () => {
    const { folder, store } = await temporaryStore();
    const [own] = await readdir(join(folder, '.kuva', 'held'));
    const foreign = `ffffffff-${(await ownerName()).split('-').slice(1).join('-')}`;
    await leave(folder, own ?? '', 't77');
    await leave(folder, foreign, 't78');
    const second = await openFolderStore(folder);
    expect((await workOf(folder)).length).toBe(2);
    const long = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, '.kuva', 'held', foreign), long, long);
    await second.close();
    await (await openFolderStore(folder)).close();
    expect((await workOf(folder)).map((path) => path.split('/')[1])).toEqual(['t77']);
    expect(await store.probe()).toMatchObject({ removal: 'exact' });
  });

  it('of a machine that was started anew are known to be leftovers', async () => {
    const parts = (await ownerName()).split('-');
    expect(await ownerState(parts.join('-'))).toBe('alive');
    expect(await ownerState([parts[0], '00000000', ...parts.slice(2)].join('-'))).toBe('dead');
    expect(await ownerState([...parts.slice(0, 4), '1', 'abcdef'].join('-'))).toBe('dead');
    expect(await ownerState('something else')).toBe('unknown');
    expect(await ownerState(await deadOwner())).toBe('dead');
  });

  it('of a process killed in the middle of its work lose nothing', async () => {
    const folder = await temporaryFolder();
    const program = new URL('./removing.ts', import.meta.url).pathname;
    const kept = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 200; count += 1) await writeFile(join(folder, `${String(count)}.jpg`), 'x');
      const child = spawn(process.execPath, ['--import', loader, program, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = new Set<string>();
      await new Promise<void>((resolve) => {
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (text.split('\n').length > 20 + round * 7) child.kill('SIGKILL');
        });
        child.once('close', () => {
          for (const line of text.split('\n').slice(0, -1)) gone.add(line);
          resolve();
        });
      });
      expect(gone.size).toBeGreaterThan(10);
      const store = await openFolderStore(folder);
      const left = new Set((await listAll(store)).keys());
      await store.close();
      for (let count = 0; count < 200; count += 1) {
        const name = `${String(count)}.jpg`;
        // The one in hand may have been removed without its word coming through.
        if (!gone.has(name) && !left.has(name)) kept.add(name);
        expect(gone.has(name) && left.has(name)).toBe(false);
      }
      expect(kept.size).toBeLessThanOrEqual((round + 1) * 4);
      expect(await readFile(join(folder, [...left][0] ?? ''), 'utf8')).toBe('x');
    }
  });
});

const loader = new URL('../../processes/typescript.mjs', import.meta.url).pathname;
