/** One run of the whole pipeline with everything that is known to harm decoders: each costs nothing but itself. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ObjectKey, parseObjectKey } from '../../../src/image/key.ts';
import { recipeSchema } from '../../../src/image/recipe.ts';
import type { ImageRow } from '../../../src/ledger/contract/images.ts';
import { Budget } from '../../../src/pipeline/budget.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { createIsolatedTransformer } from '../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { keysIn, openKit } from '../../pipeline/kit.ts';
import * as photos from '../../pictures/photos.ts';
import { harmful, suspicious } from '../../pictures/poison.ts';
import { realDecoder } from '../../processes/decoders.ts';
import { allEnded } from './allEnded.ts';

const good = 30;

/** librsvg draws half a million elements before it refuses more: on a slow machine the time is up before that. */
const slow: ReadonlySet<string> = new Set(['nested-use.svg']);

const refused = /^(not-an-image|format-unsupported|image-damaged|image-too-large)$/;

describe('files that were made to take hours, gigabytes or the decoder', () => {
  it('end with their reason and stay as they are, and 30 others go through without losing an attempt', async () => {
    const transformer = createIsolatedTransformer(limitsSchema.parse({ time: '4s' }), {
      size: 2,
      program: realDecoder,
    });
    onTestFinished(() => transformer.close());
    const recipe = recipeSchema.parse({ outputs: [{ steps: ['blur', { convert: 'png' }] }] });
    const kit = await openKit({
      transformer,
      recipe,
      maxAttempts: 1,
      budgets: {
        passages: new Budget(32e6),
        inputs: new Budget(50e6),
        images: new Budget(200e6),
        turns: new Budget(2),
      },
    });
    const sound = await pictures();
    const [harm, doubt] = [harmful(sound), suspicious(sound)];
    const poison = { ...harm, ...doubt };
    for (let at = 0; at < good; at++) {
      const name = `good-${String(at).padStart(2, '0')}.jpg`;
      await kit.put(kit.input, name, Buffer.concat([sound.jpeg, Buffer.from(name)]));
    }
    for (const [name, bytes] of Object.entries(poison)) await kit.put(kit.input, name, bytes);
    await allEnded(kit, good + Object.keys(poison).length, 150_000);

    const rows = new Map<string, ImageRow>();
    for await (const row of kit.ledger.images({})) rows.set(row.image.key, row);
    const left = new Set<string>(await keysIn(kit.input));
    for (const [name, bytes] of Object.entries(poison)) {
      const row = rows.get(name);
      // A bomb beside the pixels is carried over as it is, or refused: never unpacked.
      if (row?.state === 'done' && name in doubt) continue;
      const timedOut = slow.has(name) && row?.failure?.code === 'transform-timeout';
      expect(row, name).toMatchObject({ state: timedOut ? 'failed' : 'rejected' });
      if (!timedOut) expect(row?.failure?.code, name).toMatch(refused);
      expect(row?.failure?.what, name).toMatch(/\w{3}/);
      expect(left.has(name), name).toBe(true);
      expect(await sha256(kit.input, parseObjectKey(name)), name).toBe(digest(bytes));
    }
    const others = [...rows.values()].filter(({ image }) => image.key.startsWith('good'));
    expect(others).toHaveLength(good);
    for (const row of others) expect(row).toMatchObject({ state: 'done', attempts: 1 });
    expect((await keysIn(kit.output)).filter((key) => key.includes('good'))).toHaveLength(good);
  });
});

async function pictures() {
  const size = { width: 48, height: 32 };
  return {
    jpeg: await photos.makeJpeg(size),
    progressive: await photos.makeJpeg({ ...size, settings: { progressive: true } }),
    png: await photos.makePng(size),
    webp: await photos.makeWebp(size),
    avif: await photos.makeAvif(size),
    gif: await photos.makeGif(size),
    tiff: await photos.makeTiff(size),
  };
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function sha256(store: ObjectStore, key: ObjectKey): Promise<string> {
  const { body } = await store.get(key);
  return digest(await buffer(body));
}
