import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { stepSchema } from '../../src/image/steps.ts';
import { groupSteps } from '../../src/transform/groups.ts';
import { type DrawnStep, isDrawn } from '../../src/image/steps.ts';
import { bindStep } from '../../src/transform/steps/table.ts';
import * as photos from '../pictures/photos.ts';
import { made, recipeOf } from './kit.ts';
import { difference, samples } from './samples.ts';

/** One of each step, with settings that show. */
const steps: Record<DrawnStep['step'], unknown> = {
  negate: 'negate',
  grayscale: 'grayscale',
  resize: { resize: { width: 60, height: 50, fit: 'cover' } },
  crop: { crop: { left: 7, top: 3, width: 41, height: 29 } },
  rotate: { rotate: { angle: 90 } },
  'auto-orient': 'auto-orient',
  flip: 'flip',
  blur: { blur: { sigma: 3 } },
  sharpen: { sharpen: { sigma: 2 } },
  gamma: { gamma: { gamma: 2 } },
  normalise: 'normalise',
  modulate: { modulate: { brightness: 1.3, hue: 90 } },
  tint: { tint: { colour: '#804020' } },
  flatten: { flatten: { background: '#3366cc' } },
  composite: { negate: { alpha: true } },
  trim: { trim: { threshold: 40 } },
  extend: { extend: { left: 9, bottom: 4, background: '#ff0000' } },
};
const all = Object.entries(steps).filter(([name]) => name !== 'composite');

describe('steps are done in the order of the recipe', () => {
  // In each pair the other order, or sharp's own, would give other pixels.
  it.each([
    ['crop, then resize', steps.crop, steps.resize],
    ['blur, then resize', { blur: { sigma: 6 } }, { resize: { width: 24 } }],
    ['flatten, then negate', steps.flatten, steps.negate],
    ['negate, then gamma', steps.negate, steps.gamma],
    ['rotate, then crop', steps.rotate, steps.crop],
    ['extend, then blur', steps.extend, steps.blur],
    ['tint, then negate', steps.tint, steps.negate],
    ['modulate, then grayscale', { modulate: { saturation: 4, hue: 120 } }, steps.grayscale],
    ['flip, then crop', steps.flip, steps.crop],
    ['negate, then normalise', steps.negate, { normalise: { lower: 0, upper: 80 } }],
    ['sharpen, then blur', steps.sharpen, steps.blur],
    ['extend, then resize', steps.extend, { resize: { width: 33 } }],
  ])('%s: the two orders differ, and each equals its steps done one by one', async (_title, one, other) => {
    const source = await photos.makePng({ channels: 4 });
    const forth = await samples((await made(source, recipeOf(one, other))).bytes);
    const back = await samples((await made(source, recipeOf(other, one))).bytes);
    const apart = async (first: unknown, second: unknown) =>
      samples((await made((await made(source, recipeOf(first))).bytes, recipeOf(second))).bytes);
    expect(difference(forth, await apart(one, other)).max).toBeLessThanOrEqual(1);
    expect(difference(back, await apart(other, one)).max).toBeLessThanOrEqual(1);
    const sameShape = forth.values.length === back.values.length && forth.width === back.width;
    expect(!sameShape || difference(forth, back).max > 4).toBe(true);
  });

  const pairs = all.flatMap(([first, one]) => all.map(([second, other]) => ({ first, second, one, other })));
  const sharing = pairs.filter(({ one, other }) => {
    const bound = [one, other].map((step) => stepSchema.parse(step)).filter(isDrawn);
    return groupSteps(bound.map(bindStep), false).length === 1;
  });

  it('some pairs share a pass, and most do not', () => {
    expect(sharing.map(({ first, second }) => `${first} ${second}`)).toEqual(
      expect.arrayContaining(['resize negate', 'auto-orient resize', 'crop resize', 'flatten resize']),
    );
    expect(sharing.length).toBeLessThan(pairs.length / 5);
  });

  it.each(sharing)('$first and $second give in one pass what they give in two', async ({ one, other }) => {
    for (const source of [
      await photos.makePng({ orientation: 6 }),
      await photos.makePng({ channels: 4, orientation: 3 }),
      await photos.makeTiff({ channels: 1, depth: 16 }),
    ]) {
      const together = await samples((await made(source, recipeOf(one, other))).bytes);
      const first = await made(source, recipeOf(one));
      const apart = await samples((await made(first.bytes, recipeOf(other))).bytes);
      const found = difference(together, apart);
      // Turned before or after scaling, and rounded once instead of twice: 2 levels of 255 at the most.
      expect(found.mean).toBeLessThanOrEqual(0.5 * (together.max / 255));
      expect(found.max).toBeLessThanOrEqual(2 * (together.max / 255));
    }
  });
});

describe('a recipe of many steps', () => {
  it('does them all, on every kind of image', async () => {
    const recipe = recipeOf(...all.map(([, step]) => step), { convert: 'png' });
    for (const source of [
      await photos.makeJpeg({ width: 200, height: 150, orientation: 6, profile: true }),
      await photos.makePng({ width: 200, height: 150, channels: 4, depth: 16 }),
      await photos.makeCmykJpeg({ width: 200, height: 150 }),
      await photos.makePalettePng({ width: 200, height: 150, channels: 4 }),
    ]) {
      const output = await made(source, recipe);
      const { format, space } = await sharp(output.bytes).metadata();
      expect([format, space]).toEqual(['png', source[0] === 0x89 && source[24] === 16 ? 'grey16' : 'b-w']);
    }
  });
});
