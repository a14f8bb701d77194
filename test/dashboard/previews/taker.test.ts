/** Which pictures a worker keeps: as many as can be looked at, and nothing that makes its images wait. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { PreviewTaker, type TakerOptions } from '../../../src/dashboard/previews/taker.ts';
import type { Pictures } from '../../../src/pipeline/pictures.ts';
import { limitsSchema } from '../../../src/transform/limits.ts';
import { createTransformer } from '../../../src/transform/transformer.ts';
import { makePng } from '../../pictures/photos.ts';

/** Milliseconds: machines that are shared are slow. */
const patient = { timeout: 30_000 };

const maker = createTransformer(limitsSchema.parse({}));

async function opened(changes: Partial<TakerOptions> = {}, demand = { viewed: true, queued: 5_000 }) {
  const kept: string[] = [];
  let looks = 0;
  const taker = new PreviewTaker({
    store: {
      demand: () => {
        looks++;
        return Promise.resolve(demand);
      },
      put: (id, side) => {
        kept.push(`${id} ${side}`);
        return Promise.resolve();
      },
    },
    maker,
    room: 1e9,
    most: 1e6,
    whenQuiet: true,
    ...changes,
  });
  onTestFinished(() => taker.close());
  taker.wants(1);
  await Promise.resolve();
  await Promise.resolve();
  return { taker, kept, looks: () => looks };
}

const pictures = async (imageId: bigint): Promise<Pictures> => {
  const bytes = await makePng({ width: 16, height: 12, seed: Number(imageId) });
  return { imageId, before: { bytes, sha256: 'b' }, after: { bytes, sha256: 'a' } };
};

describe('the pictures of a worker', () => {
  it('are kept while somebody looks, before and after', async () => {
    const { taker, kept } = await opened();
    expect(taker.wants(1_000)).toBe(true);
    taker.take(await pictures(1n));
    taker.take(await pictures(2n));
    await expect.poll(() => kept, patient).toEqual(['1 before', '1 after', '2 before', '2 after']);
  });

  it('are kept while nobody looks only if hardly anything waits', async () => {
    expect((await opened({}, { viewed: false, queued: 5_000 })).taker.wants(1)).toBe(false);
    expect((await opened({}, { viewed: false, queued: 3 })).taker.wants(1)).toBe(true);
    expect((await opened({ whenQuiet: false }, { viewed: false, queued: 3 })).taker.wants(1)).toBe(false);
  });

  it('are left out when more come than can be drawn, or larger ones than there is room for', async () => {
    const { taker, kept } = await opened({ most: 100_000 });
    expect(taker.wants(200_000)).toBe(false);
    const many = await Promise.all(Array.from({ length: 30 }, (_, at) => pictures(BigInt(at))));
    for (const one of many) taker.take(one);
    expect(taker.wants(1)).toBe(false);
    await expect.poll(() => taker.wants(1), patient).toBe(true);
    expect(kept.length).toBeLessThan(30);
  });

  it('cost one question to the database in some seconds, however many images there are', async () => {
    const { taker, looks } = await opened();
    for (let image = 0; image < 500; image++) taker.wants(1);
    expect(looks()).toBe(1);
  });

  it('are given up when the worker ends, and one that cannot be drawn harms nobody', async () => {
    const { taker, kept } = await opened();
    const bytes = Buffer.from('no picture');
    taker.take({ imageId: 9n, before: { bytes, sha256: 'b' }, after: { bytes, sha256: 'a' } });
    taker.take(await pictures(1n));
    await expect.poll(() => kept, patient).toEqual(['1 before', '1 after']);
    await taker.close();
    expect(taker.wants(1)).toBe(false);
    taker.take(await pictures(2n));
    expect(kept).toHaveLength(2);
  });
});
