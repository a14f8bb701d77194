/** Small pictures of what was put in and what came out, whatever the format, and why there is none. */
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PreviewTaker } from '../../../src/dashboard/previews/taker.ts';
import { histogramSchema } from '../../../src/dashboard/api/schemas/previews.ts';
import { errorSchema } from '../../../src/dashboard/api/schemas/words.ts';
import { processImage } from '../../../src/pipeline/processImage.ts';
import { keysIn } from '../../pipeline/kit.ts';
import type { DashboardKit } from '../kit.ts';
import { bombPng, textFile, truncated } from '../../pictures/broken.ts';
import {
  makeAnimatedGif,
  makeAnimatedWebp,
  makeCmykJpeg,
  makeCmykTiff,
  makeJpeg,
  makePng,
  makeTiff,
  makeTiffStack,
} from '../../pictures/photos.ts';
import { openPreviewsKit } from './kit.ts';

/** Milliseconds: machines that are shared are slow. */
const patient = { timeout: 30_000 };

const idOf = async (kit: DashboardKit, key: string): Promise<string> => {
  for await (const { id } of kit.ledger.images({
    name: key,
    states: ['done', 'rejected', 'failed', 'queued'],
  }))
    return String(id);
  throw new Error(`no ${key}`);
};

const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><script>alert(1)</script><rect width="40" height="30" fill="red"/></svg>',
);

const size = { width: 64, height: 48 };

/** Those that browsers cannot show, or show otherwise than one still picture. */
const allKinds = async (): Promise<Readonly<Record<string, Buffer>>> => ({
  '16-bit.png': await makePng({ ...size, depth: 16 }),
  '16-bit.tif': await makeTiff({ ...size, depth: 16 }),
  'pages.tif': await makeTiffStack(size),
  'cmyk.jpg': await makeCmykJpeg(size),
  'cmyk.tif': await makeCmykTiff(size),
  'moving.gif': await makeAnimatedGif(size),
  'moving.webp': await makeAnimatedWebp(size),
});

/** One still WebP, of the shape of the image. */
async function expectPicture(key: string, bytes: Buffer): Promise<void> {
  const { format, width, height, pages = 1 } = await sharp(bytes).metadata();
  expect([key, format, pages, Math.round((width / height) * 3)]).toEqual([key, 'webp', 1, 4]);
}

describe('a preview', () => {
  it('is a WebP of kuva own making, whatever the format', async () => {
    const kit = await openPreviewsKit();
    const files = { ...(await allKinds()), 'script.svg': svg };
    for (const [key, bytes] of Object.entries(files)) {
      // Not processed: an input that waits shows too.
      await kit.put(kit.input, key, bytes);
      const { id } = await kit.queue(key);
      const answer = await kit.get(`/images/${id}/preview/before`);
      expect([key, answer.status, answer.headers['content-type']]).toEqual([key, 200, 'image/webp']);
      expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
      await expectPicture(key, answer.bytes);
      expect(answer.text).not.toContain('script');
    }
  });

  it('of a large image is small, drawn once, and asked for again costs nothing', async () => {
    const kit = await openPreviewsKit();
    await kit.process('large.jpg', await makeJpeg({ width: 2000, height: 1500 }));
    const path = `/images/${await idOf(kit, 'large.jpg')}/preview/after`;
    const [one, other] = await Promise.all([kit.get(path), kit.get(path)]);
    expect((await sharp(one.bytes).metadata()).width).toBe(640);
    expect(other.bytes.equals(one.bytes)).toBe(true);
    expect(kit.drawn()).toBe(1);
    const again = await kit.get(path, { 'if-none-match': String(one.headers['etag']) });
    expect([again.status, again.bytes.length, kit.drawn()]).toEqual([304, 0, 1]);
  });

  it('of an input that is gone shows if it was kept, and says so if it was not', async () => {
    const kit = await openPreviewsKit();
    await kit.process('gone.png', await makePng({ width: 64, height: 48 }));
    const id = await idOf(kit, 'gone.png');
    const missing = await kit.get(`/images/${id}/preview/before`);
    expect(missing.status).toBe(404);
    expect(errorSchema.parse(JSON.parse(missing.text)).error.what).toMatch(/^No small picture was kept/);
    await kit.put(kit.input, 'kept.png', await makePng({ width: 64, height: 48 }));
    const queued = await kit.queue('kept.png');
    const { id: kept } = queued;
    const before = await kit.get(`/images/${kept}/preview/before`);
    await processImage(kit.parts, queued, new AbortController().signal);
    expect(await keysIn(kit.input)).toEqual([]);
    expect((await kit.get(`/images/${kept}/preview/before`)).bytes.equals(before.bytes)).toBe(true);
  });

  it('of an input that is gone is the one that its worker kept, whatever the format', async () => {
    const kit = await openPreviewsKit(undefined, 30_000);
    const bounds = { room: 1e9, most: 1e7, whenQuiet: true };
    const pictures = new PreviewTaker({ store: kit.store, maker: kit.maker, ...bounds });
    onTestFinished(() => pictures.close());
    await expect.poll(() => pictures.wants(1), patient).toBe(true);
    for (const [key, bytes] of Object.entries(await allKinds())) {
      await kit.put(kit.input, key, bytes);
      const queued = await kit.queue(key);
      await processImage({ ...kit.parts, pictures }, queued, new AbortController().signal);
      expect(await keysIn(kit.input)).toEqual([]);
      for (const side of ['before', 'after'] as const) {
        const answer = await kit.get(`/images/${queued.id}/preview/${side}`);
        expect([key, side, answer.status]).toEqual([key, side, 200]);
        await expectPicture(key, answer.bytes);
      }
      const { before, after } = histogramSchema.parse(
        JSON.parse((await kit.get(`/images/${queued.id}/histogram`)).text),
      );
      expect([key, before !== undefined, after !== undefined]).toEqual([key, true, true]);
    }
  });

  it('of an input that has just gone is waited for: its worker draws it after the image is done', async () => {
    const kit = await openPreviewsKit(undefined, 30_000);
    await kit.process('new.png', await makePng({ width: 64, height: 48 }));
    const id = await idOf(kit, 'new.png');
    const asked = kit.get(`/images/${id}/preview/before`);
    const after = await kit.previews.show(BigInt(id), 'after');
    if (!after.there) throw after.why;
    await kit.store.put(BigInt(id), 'before', after.preview);
    expect((await asked).bytes.equals(Buffer.from(after.preview.bytes))).toBe(true);
  });

  it('of an image that was set aside shows as far as its pixels go, or says why not', async () => {
    const kit = await openPreviewsKit();
    await kit.process('cut.png', truncated(await makePng({ width: 640, height: 480 })));
    await kit.process('notes.png', textFile);
    await kit.process('bomb.png', bombPng());
    const cut = await kit.get(`/images/${await idOf(kit, 'cut.png')}/preview/before`);
    expect(cut.status).toBe(200);
    for (const [key, status, code] of [
      ['notes.png', 415, 'not-an-image'],
      ['bomb.png', 413, 'image-too-large'],
    ] as const) {
      const path = `/images/${await idOf(kit, key)}/preview/before`;
      const refused = await kit.get(path);
      expect([refused.status, errorSchema.parse(JSON.parse(refused.text)).error.code]).toEqual([
        status,
        code,
      ]);
      const drawn = kit.drawn();
      await kit.get(path);
      expect(kit.drawn()).toBe(drawn);
    }
    expect(kit.troubles).toEqual([]);
  });

  it('has a histogram, of each side that there is a picture of', async () => {
    const kit = await openPreviewsKit();
    await kit.put(kit.input, 'a.png', await makePng({ width: 64, height: 48 }));
    const queued = await kit.queue('a.png');
    const { id } = queued;
    const waiting = histogramSchema.parse(JSON.parse((await kit.get(`/images/${id}/histogram`)).text));
    expect(Object.keys(waiting)).toEqual(['before']);
    await processImage(kit.parts, queued, new AbortController().signal);
    const done = histogramSchema.parse(JSON.parse((await kit.get(`/images/${id}/histogram`)).text));
    const [before, after] = [done.before, done.after];
    if (before === undefined || after === undefined || 'grey' in before || 'grey' in after)
      throw new Error('no colours');
    // A negative has them mirrored.
    expect(after.r).toEqual(before.r.toReversed());
    expect(before.g.reduce((sum, count) => sum + count, 0)).toBe(64 * 48);
  });
});

describe('open pages', () => {
  it('are told to workers everywhere, once for all of them', async () => {
    const kit = await openPreviewsKit();
    const [one, two] = [kit.previews.viewing(), kit.previews.viewing()];
    await expect.poll(async () => (await kit.store.demand()).viewed, patient).toBe(true);
    one();
    one();
    await kit.previews.close();
    two();
    expect((await kit.store.demand()).viewed).toBe(false);
  });
});
