/** Each route keeps its contract, on a real PostgreSQL and real folders. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { aboutSchema } from '../../src/dashboard/api/schemas/about.ts';
import { historySchema } from '../../src/dashboard/api/schemas/history.ts';
import { imageDetailSchema, imagesSchema } from '../../src/dashboard/api/schemas/images.ts';
import { statusSchema } from '../../src/dashboard/api/schemas/status.ts';
import { errorSchema } from '../../src/dashboard/api/schemas/words.ts';
import { textFile } from '../pictures/broken.ts';
import { processImage } from '../../src/pipeline/processImage.ts';
import { makePng } from '../pictures/photos.ts';
import { recipeOf } from '../transform/kit.ts';
import { openDashboardKit } from './kit.ts';

const pathsSchema = z.object({ paths: z.record(z.string(), z.unknown()) });
const picture = (seed: number): Promise<Buffer> => makePng({ width: 32, height: 24, seed });

describe('the API', () => {
  it('tells what the pipeline is and how it goes', async () => {
    const kit = await openDashboardKit();
    await kit.process('cat.png', await picture(1));
    await kit.process('notes.png', textFile);
    const about = aboutSchema.strict().parse(JSON.parse((await kit.get('/about')).text));
    expect(about).toMatchObject({ pipeline: 'images', input: kit.input.url, readOnly: false });
    const status = statusSchema.strict().parse(JSON.parse((await kit.get('/status')).text));
    expect(status).toMatchObject({
      counts: { done: 1, rejected: 1, queued: 0 },
      failures: [{ code: 'not-an-image', count: 1 }],
      verdict: 'set-aside',
    });
    const history = historySchema.strict().parse(JSON.parse((await kit.get('/history?span=hour')).text));
    expect(history).toMatchObject({ step: 60 });
    const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
    expect([history.done.length, sum(history.done), sum(history.setAside)]).toEqual([60, 1, 1]);
    const day = historySchema.parse(JSON.parse((await kit.get('/history?span=day')).text));
    expect([day.step, day.done.length, sum(day.done)]).toEqual([900, 96, 1]);
    expect(sum(day.bytes)).toBe((await picture(1)).length);
  });

  it('lists as CSV what was found, with facts where a recipe measures', async () => {
    const kit = await openDashboardKit();
    await kit.process('plain.png', await picture(1));
    const recipe = recipeOf({ measure: ['mean'] }, 'negate');
    await kit.put(kit.input, 'measured.png', await picture(2));
    await processImage(
      { ...kit.parts, recipe },
      await kit.queue('measured.png'),
      new AbortController().signal,
    );
    const [heading, measured, plain, rest] = (await kit.get('/images.csv')).text.split('\r\n');
    expect(heading).toMatch(/^id,at,state,key,.*,facts$/);
    expect(measured).toMatch(/,measured\.png,.*,"\{""mean"":.*\}"$/);
    expect(plain).toMatch(/,plain\.png,.*,$/);
    expect(rest).toBe('');
  });

  it('lists images, newest first, and tells all about one', async () => {
    const kit = await openDashboardKit();
    for (const seed of [1, 2, 3]) await kit.process(`a/cat${seed}.png`, await picture(seed));
    await kit.process('notes.png', textFile);
    const { images, next } = imagesSchema.strict().parse(JSON.parse((await kit.get('/images')).text));
    expect(images.map(({ key, state }) => [key, state])).toEqual([
      ['notes.png', 'rejected'],
      ['a/cat3.png', 'done'],
      ['a/cat2.png', 'done'],
      ['a/cat1.png', 'done'],
    ]);
    expect(next).toBeUndefined();
    expect(images[0]).toMatchObject({ code: 'not-an-image' });
    expect(images[1]).toMatchObject({
      output: 'a/negated_cat3.png',
      outputs: 1,
      width: 32,
      height: 24,
      format: 'png',
      inputFormat: 'png',
    });
    const detail = imageDetailSchema
      .strict()
      .parse(JSON.parse((await kit.get(`/images/${images[1]?.id ?? ''}`)).text));
    expect(detail).toMatchObject({
      image: { state: 'done', image: { key: 'a/cat3.png' } },
      records: [{ outputKey: 'a/negated_cat3.png', imageId: images[1]?.id }],
    });
  });

  it('refuses in one form what it does not have or understand', async () => {
    const kit = await openDashboardKit();
    for (const [path, status] of [
      ['/images/99999', 404],
      ['/images/9999999999999999999', 404],
      ['/images/x', 400],
      ['/images?limit=0', 400],
      ['/images?state=gone', 400],
      ['/images?sha256=abc', 400],
      ['/images?cursor=abc', 400],
      ['/images?since=yesterday', 400],
      ['/nothing', 404],
    ] as const) {
      const answer = await kit.get(path);
      expect([path, answer.status]).toEqual([path, status]);
      errorSchema.strict().parse(JSON.parse(answer.text));
    }
    expect(kit.troubles).toEqual([]);
  });

  it('describes itself', async () => {
    const kit = await openDashboardKit();
    const { paths } = pathsSchema.parse(JSON.parse((await kit.get('/openapi.json')).text));
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/about', '/status', '/images/{id}', '/events']),
    );
  });
});
