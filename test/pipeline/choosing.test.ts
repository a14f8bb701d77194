/** Rules, inputs that are kept or moved, and other recipes for those: on real folders and a real PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseObjectKey } from '../../src/image/key.ts';
import { type Recipe, recipeDigest, recipeSchema } from '../../src/image/recipe.ts';
import type { QueuedImage } from '../../src/ledger/contract/attempt.ts';
import type { LedgerRecord } from '../../src/ledger/contract/record.ts';
import { makeChooser, type Rule } from '../../src/pipeline/choose/choose.ts';
import { foresee } from '../../src/pipeline/foresee.ts';
import { whyIgnored } from '../../src/pipeline/ignored.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { countReprocessable, queueReprocessable } from '../../src/pipeline/reprocess.ts';
import type { ObjectStore } from '../../src/store/contract.ts';
import { openFolderStore } from '../../src/store/folder/store.ts';
import { makeJpeg, makePng, makeTiff } from '../pictures/photos.ts';
import { type Kit, keysIn, openKit } from './kit.ts';

const never = new AbortController().signal;
const size = { width: 32, height: 24 };

const recipeTo = (folder: string, steps: unknown[] = ['negate']): Recipe =>
  recipeSchema.parse({ outputs: [{ key: `${folder}/{key}`, steps }] });

async function recordsOf({ ledger }: Kit): Promise<LedgerRecord[]> {
  const found: LedgerRecord[] = [];
  for await (const record of ledger.records({ oldestFirst: true })) found.push(record);
  return found;
}

async function anotherFolder(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-archive-'));
  const store = await openFolderStore(join(folder, 'archive'), { create: true });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return store;
}

/** What is queued, as the queue would hand it over. */
async function queuedIn({ ledger }: Kit): Promise<QueuedImage[]> {
  const found: QueuedImage[] = [];
  for await (const { id, image, size: bytes } of ledger.images({ states: ['queued'] }))
    found.push({ id, image, size: bytes });
  return found;
}

describe('rules', () => {
  const rules: readonly Rule[] = [
    { name: 'drafts', when: { key: ['drafts/**'] }, recipe: 'skip' },
    { name: 'stacks', when: { format: ['tiff'] }, recipe: recipeTo('tiff') },
    { name: 'tall', when: { height: { min: 20 } }, recipe: recipeTo('tall') },
  ];
  const chooser = makeChooser(rules, recipeTo('others'));

  it('choose by key before and by header after reading; the record tells rule and recipe', async () => {
    const kit = await openKit({ chooser, recipe: recipeTo('others') });
    await kit.put(kit.input, 'a.tif', await makeTiff({ ...size, seed: 1 }));
    await kit.put(kit.input, 'b.png', await makePng({ ...size, seed: 2 }));
    await kit.put(kit.input, 'c.png', await makePng({ width: 8, height: 8, seed: 3 }));
    for (const key of ['a.tif', 'b.png', 'c.png']) await processImage(kit.parts, await kit.queue(key), never);
    expect(await keysIn(kit.output)).toEqual(['others/c.png', 'tall/b.png', 'tiff/a.tif']);
    expect(await keysIn(kit.input)).toEqual([]);
    const records = await recordsOf(kit);
    expect(records.map(({ rule }) => rule)).toEqual(['stacks', 'tall', undefined]);
    expect(records[0]?.recipeDigest).toBe(recipeDigest(recipeTo('tiff')));
  });

  it('leave images alone, which are told, counted, listed, and queued again when the rules have changed', async () => {
    const kit = await openKit({ chooser, recipe: recipeTo('others') });
    await kit.put(kit.input, 'drafts/a.png', await makePng({ ...size, seed: 1 }));
    await processImage(kit.parts, await kit.queue('drafts/a.png'), never);
    expect(kit.events).toMatchObject([{ kind: 'skipped', failure: { code: 'skipped-by-rule' } }]);
    expect(await kit.ledger.counts()).toMatchObject({ skipped: 1, rejected: 0 });
    expect(await keysIn(kit.input)).toEqual(['drafts/a.png']);
    // Seen once more, it is nothing new.
    const there = await kit.input.head(parseObjectKey('drafts/a.png'));
    expect(await kit.ledger.enqueue(kit.input.bucket, there ? [there] : [], await kit.ledger.now())).toBe(0);
    expect(await kit.ledger.retry({})).toBe(0);
    expect(await kit.ledger.retry({ states: ['skipped'] })).toBe(1);
    const [again] = await queuedIn(kit);
    if (again === undefined) throw new Error('nothing was queued');
    const today = makeChooser(rules.slice(1, 2), recipeTo('others'));
    await processImage({ ...kit.parts, chooser: today }, again, never);
    expect(await keysIn(kit.output)).toEqual(['others/drafts/a.png']);
  });

  it('reject an image whose late key belongs to another one, where conflict says so', async () => {
    const kit = await openKit({ chooser, recipe: recipeTo('others'), conflict: 'reject' });
    const flat = makeChooser(
      [
        {
          name: 'all',
          when: { width: { min: 1 } },
          recipe: recipeSchema.parse({ outputs: [{ key: 'one/{name}' }] }),
        },
      ],
      recipeTo('others'),
    );
    const parts = { ...kit.parts, chooser: flat };
    for (const [seed, key] of ['x/a.png', 'y/a.png'].entries()) {
      await kit.put(kit.input, key, await makePng({ ...size, seed }));
      await processImage(parts, await kit.queue(key), never);
    }
    expect(kit.events.map(({ kind }) => kind)).toEqual(['done', 'rejected']);
    expect(await keysIn(kit.input)).toEqual(['y/a.png']);
  });

  it('are foreseen without changing anything, from headers alone', async () => {
    let read = 0;
    const kit = await openKit({
      chooser,
      wrapInput: (store) => ({
        ...store,
        list: (options) => store.list(options),
        get: async (key, options = {}) => {
          const found = await store.get(key, options);
          read += options.first ?? found.version.size;
          return found;
        },
      }),
    });
    const large = await makeJpeg({ width: 1600, height: 1200, seed: 5, settings: { quality: 100 } });
    expect(large.length).toBeGreaterThan(600_000);
    await kit.put(kit.input, 'large.jpg', large);
    await kit.put(kit.input, 'drafts/a.png', await makePng({ ...size, seed: 1 }));
    await kit.put(kit.input, 'text.png', Buffer.from('this is no picture'));
    await kit.put(kit.input, 'no.doc', Buffer.from('x'));
    const found = [];
    for await (const page of foresee({
      ...kit.parts,
      chooser,
      whyIgnored: whyIgnored([], { exclude: ['*.doc'] }),
      signal: never,
    }))
      found.push(...page);
    expect(Object.fromEntries(found.map(({ name, fate }) => [name, fate]))).toMatchObject({
      'drafts/a.png': { kind: 'skip', rule: 'drafts' },
      'large.jpg': { kind: 'process', rule: 'tall', outputs: [{ output: 'image', key: 'tall/large.jpg' }] },
      'no.doc': { kind: 'ignore', reason: '`exclude:` names it' },
      'text.png': { kind: 'reject' },
    });
    expect(read).toBeLessThan(large.length);
    expect(await keysIn(kit.output)).toEqual([]);
    expect(await kit.ledger.counts()).toMatchObject({ queued: 0, rejected: 0 });
  });
});

describe('inputs that are done', () => {
  it('stay where they are with done: keep, are nothing new, and can be made by another recipe, which replaces', async () => {
    const kit = await openKit({ keepsInputs: true, recipe: recipeTo('out') });
    const bytes = await makePng({ ...size, seed: 1 });
    const lying = await kit.put(kit.input, 'a.png', bytes);
    await processImage(kit.parts, await kit.queue('a.png'), never);
    expect(kit.events).toMatchObject([{ kind: 'done', input: 'kept' }]);
    expect(await keysIn(kit.input)).toEqual(['a.png']);
    expect(await kit.ledger.enqueue(kit.input.bucket, [lying], await kit.ledger.now())).toBe(0);

    const asked = {
      ledger: kit.ledger,
      archive: undefined,
      filter: {},
      unchanged: false,
      signal: never,
    };
    const today = makeChooser([], recipeTo('out'));
    expect(await countReprocessable({ ...asked, chooser: today })).toMatchObject({ again: 0, unchanged: 1 });
    const changed = recipeTo('out', ['grayscale']);
    const chooser = makeChooser([], changed);
    expect(await countReprocessable({ ...asked, chooser })).toMatchObject({ again: 1 });
    expect(await queueReprocessable({ ...asked, chooser })).toBe(1);
    expect(await queueReprocessable({ ...asked, chooser })).toBe(0);
    for (const queued of await queuedIn(kit))
      await processImage({ ...kit.parts, recipe: changed }, queued, never);
    expect(await keysIn(kit.output)).toEqual(['out/a.png']);
    const records = await recordsOf(kit);
    expect(records.map(({ round, recipeDigest: digest }) => [round, digest])).toEqual([
      [1, recipeDigest(recipeTo('out'))],
      [2, recipeDigest(changed)],
    ]);
    expect((await kit.output.head(parseObjectKey('out/a.png')))?.etag).toBe(records[1]?.outputEtag);
    expect(await countReprocessable({ ...asked, chooser })).toMatchObject({ again: 0, unchanged: 1 });
  });

  it('are moved with done: move, and made by another recipe from there', async () => {
    const archive = await anotherFolder();
    const kit = await openKit({ archive, recipe: recipeTo('out') });
    await kit.put(kit.input, 'x/a.png', await makePng({ ...size, seed: 1 }));
    await kit.put(archive, 'x/a.png', Buffer.from('something else that lies there'));
    await processImage(kit.parts, await kit.queue('x/a.png'), never);
    expect(kit.events).toMatchObject([{ kind: 'done', input: 'deleted' }]);
    expect(await keysIn(kit.input)).toEqual([]);
    expect(await keysIn(archive)).toEqual([
      expect.stringMatching(/^x\/a.*\.png$/),
      expect.stringMatching(/^x\/a/),
    ]);

    const changed = recipeTo('again');
    const asked = {
      ledger: kit.ledger,
      chooser: makeChooser([], changed),
      filter: {},
      unchanged: false,
      signal: never,
    };
    expect(await countReprocessable({ ...asked, archive: 'elsewhere' })).toMatchObject({ elsewhere: 1 });
    expect(await queueReprocessable({ ...asked, archive: archive.bucket })).toBe(1);
    for (const queued of await queuedIn(kit))
      await processImage({ ...kit.parts, recipe: changed }, queued, never);
    expect(kit.events.at(-1)).toMatchObject({ kind: 'done', input: 'kept' });
    expect(await keysIn(kit.output)).toEqual(['again/x/a.png', 'out/x/a.png']);
    expect((await keysIn(archive)).length).toBe(2);
  });

  it('that were removed cannot be made once more, and it is said so', async () => {
    const kit = await openKit({ recipe: recipeTo('out') });
    await kit.put(kit.input, 'a.png', await makePng({ ...size, seed: 1 }));
    await processImage(kit.parts, await kit.queue('a.png'), never);
    const asked = { ledger: kit.ledger, archive: undefined, filter: {}, unchanged: true, signal: never };
    expect(await countReprocessable({ ...asked, chooser: makeChooser([], recipeTo('new')) })).toMatchObject({
      gone: 1,
      again: 0,
    });
  });
});
