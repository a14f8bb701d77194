/** The record of an output says which way it was made, and why not without loss. */
import { expect, it } from 'vitest';
import { recipeSchema } from '../../src/image/recipe.ts';
import type { LedgerRecord } from '../../src/ledger/contract/record.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { cjpeg, hasLibjpeg } from '../pictures/libjpeg.ts';
import { makeJpeg } from '../pictures/photos.ts';
import { makePixels } from '../pictures/pixels.ts';
import { openKit } from './kit.ts';

const never = new AbortController().signal;

/** The only record of one image, made with an output that says `lossless`. */
async function recordOf(bytes: Buffer, lossless: string): Promise<LedgerRecord | undefined> {
  const kit = await openKit({ recipe: recipeSchema.parse({ outputs: [{ lossless }] }) });
  await kit.put(kit.input, 'cat.jpg', bytes);
  await processImage(kit.parts, await kit.queue('cat.jpg'), never);
  for await (const record of kit.ledger.records({ oldestFirst: true })) return record;
  return undefined;
}

it('a JPEG that was negated in its coded data has the way lossless, one that was to be decoded has pixels and no reason', async () => {
  const bytes = await makeJpeg({ width: 64, height: 48 });
  for (const [lossless, way] of [
    ['auto', 'lossless'],
    ['always', 'lossless'],
    ['never', 'pixels'],
  ] as const) {
    const record = await recordOf(bytes, lossless);
    expect(record).toMatchObject({ way });
    expect(record?.wayReason).toBeUndefined();
  }
});

it.runIf(hasLibjpeg)(
  'a JPEG that cannot be negated in its coded data has the way pixels, and the reason',
  async () => {
    const bytes = cjpeg(makePixels(), ['-arithmetic']);
    expect(await recordOf(bytes, 'auto')).toMatchObject({
      way: 'pixels',
      wayReason: 'it is coded in an unusual way (marker c9)',
    });
    expect(await recordOf(bytes, 'always')).toBeUndefined();
  },
);
