/** The whole pipeline, with a decoder that images can really kill: everything but the poison goes through. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseObjectKey } from '../../../src/image/key.ts';
import type { ImageRow } from '../../../src/ledger/contract/images.ts';
import { createIsolatedTransformer } from '../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { keysIn, openKit } from '../../pipeline/kit.ts';
import { makeJpeg } from '../../pictures/photos.ts';
import { decoderProgram } from '../../processes/decoders.ts';
import { type Poison, poisoned, poisons } from './poisons.ts';
import { allEnded } from './allEnded.ts';

/** What the ledger says of an image that ends so, after its last attempt. */
const reasons: Readonly<Record<Poison, readonly [code: string, what: RegExp]>> = {
  segfault: ['transform-crashed', /SIGSEGV: it touched memory that is not its own/],
  abort: ['transform-crashed', /SIGABRT/],
  exit: ['transform-crashed', /exit code 3/],
  'hang-in-a-loop': ['transform-timeout', /could not be interrupted/],
  'hang-in-native-code': ['transform-timeout', /could not be interrupted/],
  'eat-memory': ['transform-crashed', /took \d.* of memory/],
  'speak-nonsense': ['transform-crashed', /nonsense/],
  'crash-in-the-header': ['transform-crashed', /SIGBUS/],
};

const good = 50;
const attempts = 3;

describe('images that make their decoder crash, hang, eat memory or talk nonsense', () => {
  it('fail after their last attempt with their reason, and 50 others go through without losing an attempt', async () => {
    const transformer = createIsolatedTransformer(limitsSchema.parse({ time: '6s' }), {
      size: 2,
      program: decoderProgram(new URL('poisonedDecoder.ts', import.meta.url)),
    });
    onTestFinished(() => transformer.close());
    const kit = await openKit({ transformer, maxAttempts: attempts });
    const jpeg = await makeJpeg({ width: 64, height: 48 });
    for (let at = 0; at < good; at++) {
      const name = `good-${String(at).padStart(2, '0')}.jpg`;
      await kit.put(kit.input, name, Buffer.concat([jpeg, Buffer.from(name)]));
    }
    for (const poison of poisons) await kit.put(kit.input, `${poison}.jpg`, poisoned(jpeg, poison));
    await allEnded(kit, good + poisons.length, 170_000);

    const rows = new Map<string, ImageRow>();
    for await (const row of kit.ledger.images({})) rows.set(row.image.key, row);
    for (const poison of poisons) {
      const [code, what] = reasons[poison];
      const row = rows.get(`${poison}.jpg`);
      expect(row).toMatchObject({ state: 'failed', attempts, failure: { code } });
      expect(row?.failure?.what).toMatch(what);
    }
    const others = [...rows.values()].filter(({ image }) => image.key.startsWith('good'));
    expect(others).toHaveLength(good);
    for (const row of others) expect(row).toMatchObject({ state: 'done', attempts: 1 });
    expect(await keysIn(kit.output)).toHaveLength(good);
    expect(await keysIn(kit.input)).toEqual(poisons.map((poison) => parseObjectKey(`${poison}.jpg`)).sort());
  });
});
