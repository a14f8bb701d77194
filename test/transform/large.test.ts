/** A picture of 30,000 × 30,000 pixels on a machine of 1 GB: it goes through in rows. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../src/image/recipe.ts';
import { makeBudgets } from '../../src/pipeline/budgets.ts';
import { workerSchema } from '../../src/pipeline/config.ts';
import { makeLargeTiff } from '../pictures/largeTiff.ts';
import { applyInProcess } from './child.ts';

const side = 30_000;
/** Above the default, which is half as many. */
const limits = { pixels: 1_000_000_000 };
const gigabyte = 1e9;

/** What a worker gives to its images there. */
const { capacity } = makeBudgets(workerSchema.parse({}), { cores: 2, memory: gigabyte }).images;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kuva-large-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Parts of the picture that are looked at: across the borders of tiles and strips, and the last pixels. */
const places = [
  { left: 200, top: 200, width: 400, height: 300 },
  { left: 17_000, top: 14_900, width: 400, height: 300 },
  { left: side - 300, top: side - 200, width: 300, height: 200 },
];

const pixelsOf = (bytes: Buffer, place: (typeof places)[number]): Promise<Buffer> =>
  sharp(bytes, { limitInputPixels: false }).extract(place).toColourspace('b-w').raw().toBuffer();

describe('a TIFF of 30,000 × 30,000 pixels', () => {
  it.each([
    ['in tiles', undefined],
    ['in strips', 16],
  ])('is negated in less than 1 GB: %s', async (title, rows) => {
    const source = makeLargeTiff(side, rows);
    const [from, to] = [join(folder, `${title}.tif`), join(folder, `${title}-negated.tif`)];
    await writeFile(from, source);
    const { weight, growth, peak } = await applyInProcess(from, defaultRecipe, limits, to);
    expect(weight, 'so that a worker of 1 GB takes it').toBeLessThan(capacity);
    if (growth !== undefined) expect(growth).toBeLessThanOrEqual(weight);
    if (peak !== undefined) expect(peak).toBeLessThan(gigabyte / 2);
    const negated = await readFile(to);
    for (const place of places) {
      const [before, after] = [await pixelsOf(source, place), await pixelsOf(negated, place)];
      expect(after.equals(Buffer.from(before.map((value) => 255 - value)))).toBe(true);
    }
  });
});
