/** One image's way, and the promise at its corners: on real folders and a real PostgreSQL. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseObjectKey } from '../../src/image/key.ts';
import { recipeSchema } from '../../src/image/recipe.ts';
import type { LedgerRecord } from '../../src/ledger/contract/record.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { sha256OfStream } from '../../src/pipeline/hash.ts';
import type { ObjectStore } from '../../src/store/contract.ts';
import { textFile, truncated } from '../pictures/broken.ts';
import { makeJpeg } from '../pictures/photos.ts';
import { type Kit, keysIn, openKit } from './kit.ts';

const never = new AbortController().signal;
const picture = (seed: number): Promise<Buffer> => makeJpeg({ width: 64, height: 48, seed });

async function recordsOf({ ledger }: Kit): Promise<LedgerRecord[]> {
  const found: LedgerRecord[] = [];
  for await (const record of ledger.records({ oldestFirst: true })) found.push(record);
  return found;
}

async function hashIn(store: ObjectStore, key: string): Promise<string> {
  return sha256OfStream((await store.get(parseObjectKey(key))).body);
}

describe('one image’s way', () => {
  it('ends with the output in place, a true record, and the input gone', async () => {
    const kit = await openKit();
    const bytes = await picture(1);
    await kit.put(kit.input, 'a/cat.jpg', bytes);
    await processImage(kit.parts, await kit.queue('a/cat.jpg'), never);
    expect(kit.events).toMatchObject([{ kind: 'done', input: 'deleted' }]);
    expect(await keysIn(kit.input)).toEqual([]);
    expect(await keysIn(kit.output)).toEqual(['a/negated_cat.jpg']);
    expect(await recordsOf(kit)).toMatchObject([
      {
        inputSha256: createHash('sha256').update(bytes).digest('hex'),
        inputBytes: bytes.length,
        outputKey: 'a/negated_cat.jpg',
        outputSha256: await hashIn(kit.output, 'a/negated_cat.jpg'),
        attempt: 1,
        worker: 'tester',
      },
    ]);
    expect(await kit.ledger.counts()).toMatchObject({ done: 1, queued: 0, processing: 0 });
  });

  it('takes an input away only when it has been left alone for the whole time', async () => {
    const quiet = 600;
    const age: Record<string, number> = {};
    const kit = await openKit({
      quiet,
      at: async (point) => {
        if (point !== 'recorded' && point !== 'input-removed') return;
        age[point] = Date.now() - written;
        if (point === 'recorded') expect(await keysIn(kit.input)).toEqual(['cat.jpg']);
      },
    });
    const { lastModified } = await kit.put(kit.input, 'cat.jpg', await picture(1));
    const written = lastModified.getTime();
    await processImage(kit.parts, await kit.queue('cat.jpg'), never);
    expect(kit.events).toMatchObject([{ kind: 'done', input: 'deleted' }]);
    expect(age['input-removed']).toBeGreaterThanOrEqual(quiet);
    expect(age['recorded']).toBeLessThan(age['input-removed'] ?? 0);
  });

  it('is not in the way of the same picture under another name, whose output lies there and is not recorded yet', async () => {
    let second = (): Promise<void> => Promise.resolve();
    const kit = await openKit({
      recipe: recipeSchema.parse({ outputs: [{ key: 'negated_{name}' }] }),
      at: async (point) => {
        if (point !== 'output-placed') return;
        const once = second;
        second = () => Promise.resolve();
        await once();
      },
    });
    const bytes = await picture(1);
    await kit.put(kit.input, 'a/cat.jpg', bytes);
    await kit.put(kit.input, 'b/cat.jpg', bytes);
    const [one, other] = [await kit.queue('a/cat.jpg'), await kit.queue('b/cat.jpg')];
    second = () => processImage(kit.parts, other, never);
    await processImage(kit.parts, one, never);
    expect(kit.events.map(({ kind, image }) => `${image.key} ${kind}`).sort()).toEqual([
      'a/cat.jpg done',
      'b/cat.jpg done',
    ]);
    const records = await recordsOf(kit);
    expect(records).toHaveLength(2);
    expect(new Set(records.map(({ outputKey }) => outputKey)).size).toBe(2);
    for (const { outputKey, outputSha256 } of records)
      expect(await hashIn(kit.output, outputKey)).toBe(outputSha256);
    expect(await keysIn(kit.input)).toEqual([]);
  });

  it('leaves an object alone that replaced the input while it was being processed', async () => {
    const replacement = await picture(3);
    const kit: Kit = await openKit({
      // The owner writes a new picture under the same name just before the delete.
      wrapInput: (store) => ({
        ...store,
        delete: async (version, signal) => {
          await kit.put(store, version.key, replacement);
          return store.delete(version, signal);
        },
      }),
    });
    await kit.put(kit.input, 'cat.jpg', await picture(2));
    await processImage(kit.parts, await kit.queue('cat.jpg'), never);
    expect(kit.events).toMatchObject([{ kind: 'done', input: 'changed' }]);
    expect(await hashIn(kit.input, 'cat.jpg')).toBe(createHash('sha256').update(replacement).digest('hex'));
    expect(await recordsOf(kit)).toHaveLength(1);
  });

  it('is superseded, without a record, when the input was replaced or removed before it was read', async () => {
    const kit = await openKit();
    await kit.put(kit.input, 'cat.jpg', await picture(4));
    const queued = await kit.queue('cat.jpg');
    await kit.put(kit.input, 'cat.jpg', await picture(5));
    await processImage(kit.parts, queued, never);
    await kit.put(kit.input, 'dog.jpg', await picture(6));
    const second = await kit.queue('dog.jpg');
    const version = await kit.input.head(parseObjectKey('dog.jpg'));
    if (version !== undefined) await kit.input.delete(version);
    await processImage(kit.parts, second, never);
    expect(kit.events.map(({ kind }) => kind)).toEqual(['superseded', 'superseded']);
    expect(await recordsOf(kit)).toEqual([]);
    expect(await keysIn(kit.input)).toEqual(['cat.jpg']);
    expect(await keysIn(kit.output)).toEqual([]);
  });

  it('goes straight to the delete when an earlier attempt had committed and was killed then', async () => {
    let deletes = 0;
    const kit = await openKit({
      wrapInput: (store) => ({
        ...store,
        delete: (version, signal) => {
          // The first attempt "dies" between COMMIT and DELETE.
          if (deletes++ === 0) throw new Error('killed');
          return store.delete(version, signal);
        },
      }),
    });
    await kit.put(kit.input, 'cat.jpg', await picture(7));
    const queued = await kit.queue('cat.jpg');
    await processImage(kit.parts, queued, never);
    expect(await keysIn(kit.input)).toEqual(['cat.jpg']);
    const first = await recordsOf(kit);
    await processImage(kit.parts, queued, never);
    expect(kit.events.map(({ kind }) => kind)).toEqual(['attempt-failed', 'done']);
    expect(await keysIn(kit.input)).toEqual([]);
    expect(await recordsOf(kit)).toEqual(first);
    expect(first).toHaveLength(1);
  });

  it('gives the same picture, put in once more, no second output: the one that is there is found', async () => {
    const kit = await openKit();
    const bytes = await picture(8);
    for (let round = 0; round < 2; round++) {
      await kit.put(kit.input, 'cat.jpg', bytes);
      await processImage(kit.parts, await kit.queue('cat.jpg'), never);
    }
    expect(kit.events.map(({ kind }) => kind)).toEqual(['done', 'done']);
    expect(await keysIn(kit.output)).toEqual(['negated_cat.jpg']);
    const hash = await hashIn(kit.output, 'negated_cat.jpg');
    expect(await recordsOf(kit)).toMatchObject([{ outputSha256: hash }, { outputSha256: hash }]);
  });

  it('keeps both when another picture comes under the same name, in every attempt under the same names', async () => {
    const kit = await openKit();
    for (const seed of [20, 21]) {
      await kit.put(kit.input, 'cat.jpg', await picture(seed));
      await processImage(kit.parts, await kit.queue('cat.jpg'), never);
    }
    const [first, second] = await recordsOf(kit);
    expect(await keysIn(kit.output)).toEqual([first?.outputKey, second?.outputKey].sort());
    expect(first?.outputKey).toBe('negated_cat.jpg');
    expect(second?.outputKey).toMatch(/^negated_cat~[0-9a-f]{8}\.jpg$/);
    for (const record of [first, second]) {
      expect(await hashIn(kit.output, record?.outputKey ?? '')).toBe(record?.outputSha256);
    }
  });

  it.each([
    ['no image', textFile, 'not-an-image'],
    ['a picture cut short', undefined, 'image-damaged'],
  ])('rejects %s at once, with the reason, and leaves it where it is', async (_what, bytes, code) => {
    const kit = await openKit();
    await kit.put(
      kit.input,
      'bad.jpg',
      bytes ?? truncated(await makeJpeg({ width: 400, height: 300, seed: 9 })),
    );
    await processImage(kit.parts, await kit.queue('bad.jpg'), never);
    expect(kit.events).toMatchObject([{ kind: 'rejected', failure: { code } }]);
    expect(await keysIn(kit.input)).toEqual(['bad.jpg']);
    expect(await keysIn(kit.output)).toEqual([]);
    expect(await recordsOf(kit)).toEqual([]);
    expect(await kit.ledger.counts()).toMatchObject({ rejected: 1 });
  });

  it('rejects what is larger than the limits without reading it', async () => {
    let reads = 0;
    const kit = await openKit({
      maxInputBytes: 100,
      wrapInput: (store) => ({
        ...store,
        get: (key, options) => {
          reads++;
          return store.get(key, options);
        },
      }),
    });
    await kit.put(kit.input, 'large.jpg', await picture(10));
    await processImage(kit.parts, await kit.queue('large.jpg'), never);
    expect(kit.events).toMatchObject([{ kind: 'rejected', failure: { code: 'image-too-large' } }]);
    expect(reads).toBe(0);
  });

  it('uses an attempt for a failure that may be the image’s own, and sets it aside after the last one', async () => {
    const base = await openKit();
    const parts = {
      ...base.parts,
      transformer: {
        ...base.parts.transformer,
        apply: () => Promise.reject(new Error('the decoder gave up')),
      },
    };
    await base.put(base.input, 'cat.jpg', await picture(11));
    const queued = await base.queue('cat.jpg');
    for (let attempt = 0; attempt < 3; attempt++) await processImage(parts, queued, never);
    expect(base.events.map(({ kind }) => kind)).toEqual(['attempt-failed', 'attempt-failed', 'failed']);
    expect(await base.ledger.counts()).toMatchObject({ failed: 1 });
    expect(await keysIn(base.input)).toEqual(['cat.jpg']);
    expect(await base.ledger.retry({ name: 'cat' })).toBe(1);
    await processImage(base.parts, queued, never);
    expect(base.events.at(-1)).toMatchObject({ kind: 'done' });
  });

  it('writes all outputs of a recipe before any record, and none of the records without the others', async () => {
    const recipe = recipeSchema.parse({
      outputs: [
        { name: 'one', key: 'one/{name}' },
        { name: 'two', key: 'two/{name}', steps: ['grayscale'] },
      ],
    });
    const kit = await openKit({ recipe });
    let puts = 0;
    const output: ObjectStore = {
      ...kit.output,
      put: (key, body, options) => {
        if (++puts === 2) throw new Error('killed between two outputs');
        return kit.output.put(key, body, options);
      },
    };
    await kit.put(kit.input, 'cat.jpg', await picture(12));
    const queued = await kit.queue('cat.jpg');
    await processImage({ ...kit.parts, output }, queued, never);
    expect(await recordsOf(kit)).toEqual([]);
    expect(await keysIn(kit.input)).toEqual(['cat.jpg']);
    await processImage(kit.parts, queued, never);
    expect((await recordsOf(kit)).map(({ outputKey }) => outputKey).sort()).toEqual([
      'one/cat.jpg',
      'two/cat.jpg',
    ]);
    expect(await keysIn(kit.output)).toEqual(['one/cat.jpg', 'two/cat.jpg']);
  });
});
