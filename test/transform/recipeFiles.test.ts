import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeDigest } from '../../src/image/recipe.ts';
import { loadRecipeFiles } from '../../src/transform/recipeFiles.ts';
import * as photos from '../pictures/photos.ts';
import { made, recipeOf, refusal } from './kit.ts';
import { samples } from './samples.ts';

let folder = '';
const mark = (background: string, size = 10) =>
  sharp({ create: { width: size, height: size, channels: 4, background } })
    .png()
    .toBuffer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kuva-recipe-'));
  await writeFile(join(folder, 'red.png'), await mark('#ff0000'));
  await writeFile(join(folder, 'large.png'), await mark('#00ff00', 500));
  await writeFile(join(folder, 'notes.txt'), 'no picture');
});

afterAll(() => rm(folder, { recursive: true }));

const laid = async (settings: Record<string, unknown>, source: Buffer) => {
  const { recipe, files } = await loadRecipeFiles(recipeOf({ composite: settings }), folder);
  return samples((await made(source, recipe, files)).bytes);
};

const black = (channels: 3 | 4 = 3, depth: 8 | 16 = 8) =>
  sharp({ create: { width: 40, height: 30, channels, background: { r: 0, g: 0, b: 0, alpha: 1 } } })
    .toColourspace(depth === 16 ? 'rgb16' : 'srgb')
    .png()
    .toBuffer();

describe('the files of a recipe', () => {
  it('count in its digest: another watermark is another recipe', async () => {
    const recipe = recipeOf({ composite: { file: 'red.png' } });
    const first = await loadRecipeFiles(recipe, folder);
    expect(recipeDigest(first.recipe)).not.toBe(recipeDigest(recipe));
    expect(recipeDigest((await loadRecipeFiles(recipe, folder)).recipe)).toBe(recipeDigest(first.recipe));
    const other = await mkdtemp(join(tmpdir(), 'kuva-recipe-'));
    await writeFile(join(other, 'red.png'), await mark('#fe0000'));
    expect(recipeDigest((await loadRecipeFiles(recipe, other)).recipe)).not.toBe(recipeDigest(first.recipe));
    await rm(other, { recursive: true });
  });

  it.each([
    ['is missing', { file: 'blue.png' }, /cannot be read/],
    ['is no image', { file: 'notes.txt' }, /not an image/],
    ['is another than the recipe names', { file: 'red.png', sha256: '0'.repeat(64) }, /not the one/],
  ])('are looked at before the work begins: one that %s', async (_title, settings, message) => {
    const answer = await refusal(loadRecipeFiles(recipeOf({ composite: settings }), folder));
    expect(answer).toMatch(/^config-invalid: /);
    expect(answer).toMatch(message);
  });

  it('are never looked for later', async () => {
    expect(await refusal(made(await black(), recipeOf({ composite: { file: 'red.png' } })))).toMatch(
      /^(internal|transform-failed): .*not loaded/,
    );
  });
});

describe('composite lays a picture over the image', () => {
  const at = ({ values, width, channels }: Awaited<ReturnType<typeof samples>>, x: number, y: number) => [
    ...values.slice((y * width + x) * channels, (y * width + x) * channels + 3),
  ];

  it('where gravity says, and nowhere else', async () => {
    const result = await laid({ file: 'red.png', gravity: 'southeast' }, await black());
    expect(at(result, 39, 29)).toEqual([255, 0, 0]);
    expect(at(result, 29, 29)).toEqual([0, 0, 0]);
    expect(at(result, 39, 19)).toEqual([0, 0, 0]);
    expect(result.channels).toBe(3);
  });

  it('where left and top say', async () => {
    const result = await laid({ file: 'red.png', left: 3, top: 4 }, await black());
    expect(at(result, 3, 4)).toEqual([255, 0, 0]);
    expect(at(result, 2, 4)).toEqual([0, 0, 0]);
  });

  it('as transparent as asked', async () => {
    const [red = 0] = at(
      await laid({ file: 'red.png', gravity: 'northwest', opacity: 0.5 }, await black()),
      0,
      0,
    );
    expect(red).toBeGreaterThan(120);
    expect(red).toBeLessThan(136);
  });

  it('all over it when tiled', async () => {
    const result = await laid({ file: 'red.png', tile: true }, await black(4));
    for (const [x, y] of [
      [0, 0],
      [39, 29],
      [17, 12],
    ] as const)
      expect(at(result, x, y)).toEqual([255, 0, 0]);
    expect(result.channels).toBe(4);
  });

  it('made smaller when it is larger than the image', async () => {
    const result = await laid({ file: 'large.png' }, await black());
    expect(at(result, 39, 29)).toEqual([0, 255, 0]);
    expect(at(result, 0, 0)).toEqual([0, 0, 0]);
  });

  it('without touching the rest of an image of 16 bits', async () => {
    const source = await photos.makePng({ depth: 16 });
    const [before, after] = [
      await samples(source),
      await laid({ file: 'red.png', gravity: 'southeast' }, source),
    ];
    expect(after.max).toBe(65535);
    const row = 96 * 3 * 20;
    expect([...after.values.slice(0, row)]).toEqual([...before.values.slice(0, row)]);
    expect(at(after, 95, 63)).toEqual([65535, 0, 0]);
  });
});
