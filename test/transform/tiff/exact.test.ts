/** TIFFs of 32-bit integers, floating-point numbers and L*a*b*: each sample stays what it is, or is negated exactly. */
import { describe, expect, it } from 'vitest';
import { defaultRecipe, type Recipe } from '../../../src/image/recipe.ts';
import { readTiff, tagNumbers } from '../../../src/transform/tiff/read.ts';
import { makeTiffPages } from '../../pictures/tiff.ts';
import { made, recipeOf, refusal, transformer } from '../kit.ts';
import { hasVips, type VipsImage, vipsSamples, vipsTiff } from '../vips.ts';

const [width, height] = [53, 37];

/** Numbers without any order, the same each time; from 0 to 1 where they are floating-point. */
function sampled(format: 'uint' | 'int' | 'float' | 'short', bands: 1 | 3): VipsImage {
  let state = 12_345;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state;
  };
  const length = width * height * bands;
  const values = {
    uint: () => Uint32Array.from({ length }, next),
    int: () => Int32Array.from({ length }, next),
    short: () => Int16Array.from({ length }, next),
    float: () => Float32Array.from({ length }, () => next() / 2 ** 32),
  }[format]();
  return { width, height, bands, format, data: Buffer.from(values.buffer) };
}

const bytesOf = async (source: Buffer, recipe: Recipe): Promise<Buffer> =>
  Buffer.from((await made(source, recipe)).bytes);

const stored = [
  ['uint', 1, ''],
  ['uint', 3, 'compression=lzw,predictor=horizontal'],
  ['int', 1, 'compression=packbits'],
  ['int', 3, 'compression=deflate,predictor=horizontal,bigtiff'],
  ['float', 1, 'compression=lzw'],
  ['float', 3, 'compression=deflate,predictor=horizontal,tile,tile-width=32,tile-height=16'],
  ['short', 3, 'compression=lzw,predictor=horizontal,tile,tile-width=32,tile-height=16'],
] as const;

/** What each tag says, on the first page. */
function tags(tiff: Buffer, ...numbers: number[]): (number | undefined)[] {
  const file = readTiff(tiff);
  const [page] = file.pages;
  return numbers.map((tag) => (page === undefined ? undefined : tagNumbers(file, page, tag)[0]));
}

const [compression, predictor, tileWidth, sampleFormat, bits] = [259, 317, 322, 339, 258] as const;

describe.skipIf(!hasVips)('samples that libvips alone would change', () => {
  it.each(
    stored,
  )('are moved as they are, and stored as they were: %s, %i channels, %s', async (format, bands, coding) => {
    const source = vipsTiff(sampled(format, bands), coding);
    const turned = await bytesOf(source, recipeOf({ rotate: { angle: 90 } }));
    expect(vipsSamples(turned)).toEqual(vipsSamples(source, ['rot', 'd90']));
    const told = [compression, predictor, tileWidth, sampleFormat, bits];
    expect(tags(turned, ...told)).toEqual(tags(source, ...told));
  });

  it.each([
    ['rotate by 180°', { rotate: { angle: -180 } }, ['rot', 'd180']],
    ['rotate by 270°', { rotate: { angle: 270 } }, ['rot', 'd270']],
    ['flip', 'flip', ['flip', 'vertical']],
    ['flop', 'flop', ['flip', 'horizontal']],
    ['crop', { crop: { left: 5, top: 7, width: 20, height: 11 } }, ['crop', '5', '7', '20', '11']],
  ] as const)('are where libvips puts them: %s', async (_title, step, operation) => {
    const source = vipsTiff(sampled('float', 3), 'compression=deflate,predictor=float');
    const output = await bytesOf(source, recipeOf(step));
    expect(vipsSamples(output)).toEqual(vipsSamples(source, operation));
    expect(tags(output, predictor)).toEqual([3]);
  });

  it('are negated as libvips does it where they are integers, and twice is exactly the source', async () => {
    const source = vipsTiff(sampled('uint', 3), 'compression=lzw,predictor=horizontal');
    const once = await bytesOf(source, defaultRecipe);
    expect(vipsSamples(once)).toEqual(vipsSamples(source, ['invert']));
    expect(vipsSamples(await bytesOf(once, defaultRecipe)).data).toEqual(sampled('uint', 3).data);
  });

  it('become 1 − x where they are floating-point numbers, and twice is the source within a 16-millionth', async () => {
    const before = sampled('float', 1);
    const source = vipsTiff(before, 'compression=deflate,predictor=float');
    const once = await bytesOf(source, defaultRecipe);
    const [negated, twice] = [vipsSamples(once).data, vipsSamples(await bytesOf(once, defaultRecipe)).data];
    for (let at = 0; at < before.data.length; at += 4) {
      const value = before.data.readFloatLE(at);
      expect(negated.readFloatLE(at)).toBe(Math.fround(1 - value));
      expect(Math.abs(twice.readFloatLE(at) - value)).toBeLessThanOrEqual(2 ** -24);
    }
  });

  it('are resized in floating-point numbers, as libvips does it', async () => {
    const source = vipsTiff(sampled('float', 3));
    const output = vipsSamples(
      await bytesOf(source, recipeOf({ resize: { width: 26, height: 18, fit: 'fill' } })),
    );
    const scales = [`${26 / width}`, '--vscale', `${18 / height}`];
    const theirs = vipsSamples(source, ['resize', ...scales]);
    expect(output).toMatchObject({ width: 26, height: 18, bands: 3, format: 'float' });
    let worst = 0;
    for (let at = 0; at < theirs.data.length; at += 4)
      worst = Math.max(worst, Math.abs(theirs.data.readFloatLE(at) - output.data.readFloatLE(at)));
    expect(worst).toBeLessThan(0.001);
  });

  it('keep the compression that a convert step asks for', async () => {
    const source = vipsTiff(sampled('float', 1));
    for (const [asked, number] of [
      ['none', 1],
      ['lzw', 5],
      ['deflate', 8],
      ['packbits', 32_773],
    ] as const) {
      const output = await bytesOf(
        source,
        recipeOf({ convert: { format: 'tiff', compression: asked, tile: true } }),
      );
      expect(vipsSamples(output), asked).toEqual(vipsSamples(source));
      expect(tags(output, compression, tileWidth), asked).toEqual([number, 256]);
    }
  });
});

const small = { width: 4, height: 1 } as const;
const floats = (...values: number[]): Buffer => {
  const pixels = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => pixels.writeFloatLE(value, at * 4));
  return pixels;
};
const floatTiff = (...values: number[]): Buffer =>
  makeTiffPages([{ width: values.length, height: 1, depth: 32, sampleFormat: 3, pixels: floats(...values) }]);

describe('a floating-point TIFF', () => {
  it('is known by its header, with its 32 bits', async () => {
    expect(await transformer.inspect(floatTiff(1, 2, 3))).toEqual({
      format: 'tiff',
      width: 3,
      height: 1,
      pages: 1,
      depth: 32,
      channels: 1,
      hasAlpha: false,
      exact: true,
    });
  });

  it('whose samples lie beyond 0 and 1 is not negated: the range that was found is told', async () => {
    expect(await refusal(made(floatTiff(-0.25, 811.5, 3), defaultRecipe))).toMatch(
      /^step-impossible: .*from -0\.25 to 811\.5.*1 − x/,
    );
  });

  it('keeps what is no number through negation', async () => {
    const output = Buffer.from((await made(floatTiff(0, Number.NaN, 1), defaultRecipe)).bytes);
    const file = readTiff(output);
    const [offset = 0] = file.pages[0] === undefined ? [] : tagNumbers(file, file.pages[0], 273);
    expect([0, 4, 8].map((at) => output.readFloatLE(offset + at))).toEqual([1, Number.NaN, 0]);
  });

  it('is refused, before it is decoded, by what is not defined on it', async () => {
    const source = floatTiff(0, 0.5, 1);
    for (const steps of [['blur'], ['grayscale'], [{ rotate: { angle: 30 } }], [{ convert: 'png' }]])
      expect(await refusal(made(source, recipeOf(...steps)))).toMatch(
        /^step-impossible: The image has 32-bit floating-point samples/,
      );
  });

  it('is drawn for people from its least value to its largest', async () => {
    const { histogram } = await transformer.preview(floatTiff(-50, 100, 250), 1e9);
    expect('grey' in histogram && [0, 128, 255].map((level) => histogram.grey[level])).toEqual([1, 1, 1]);
  });

  it('whose pixels are missing is damaged', async () => {
    const source = floatTiff(0, 0.5, 1);
    const page = readTiff(source).pages[0];
    expect(page).toBeDefined();
    expect(await refusal(made(source.subarray(0, source.length - 4), defaultRecipe))).toMatch(
      /^image-damaged/,
    );
  });
});

it('keeps all pages with their tags, in big-endian files too, beside pages of 8 bits', async () => {
  const pixels = Buffer.from([0, 0, 0, 1, 255, 255, 255, 255, 0, 1, 0, 0, 127, 255, 255, 255]);
  const description = 'ImageJ=1.53';
  const source = makeTiffPages(
    [
      { ...small, depth: 32, sampleFormat: 1, pixels, description, resolution: 300 },
      { ...small, pixels: Buffer.from([0, 1, 2, 255]) },
    ],
    { bigEndian: true },
  );
  const output = await made(source, defaultRecipe);
  expect(output).toMatchObject({ format: 'tiff', pages: 2 });
  const bytes = Buffer.from(output.bytes);
  const file = readTiff(bytes);
  const [first, second] = file.pages.map((page) => tagNumbers(file, page, 273)[0] ?? 0);
  expect([0, 4, 8, 12].map((at) => bytes.readUInt32LE((first ?? 0) + at))).toEqual([
    4_294_967_294, 0, 4_294_901_759, 2_147_483_648,
  ]);
  expect([...bytes.subarray(second, (second ?? 0) + 4)]).toEqual([255, 254, 253, 0]);
  expect(file.pages[0]?.entries.get(270)?.value.toString()).toBe(`${description}\0`);
  expect(file.pages[0]?.entries.get(282)?.value.readUInt32LE()).toBe(300);
});

it('moves numbers of 64 bits, which libvips does not read', async () => {
  const pixels = Buffer.from(Float64Array.from([0.1, -1e300, Number.MAX_VALUE, 0.7]).buffer);
  const source = makeTiffPages([{ ...small, depth: 64, sampleFormat: 3, pixels }]);
  const turned = await bytesOf(source, recipeOf({ rotate: { angle: 180 } }, { convert: 'tiff' }));
  const back = await bytesOf(
    turned,
    recipeOf({ rotate: { angle: 180 } }, { convert: { format: 'tiff', compression: 'none' } }),
  );
  const [at = 0] = tags(back, 273);
  expect(back.subarray(at, at + 32)).toEqual(pixels);
});

describe('a TIFF of signed integers', () => {
  it('is moved, and not negated', async () => {
    const source = makeTiffPages([{ ...small, depth: 16, sampleFormat: 2, pixels: Buffer.alloc(8, 200) }]);
    expect(await refusal(made(source, recipeOf('flop')))).toBe('accepted');
    expect(await refusal(made(source, defaultRecipe))).toMatch(
      /^step-impossible: .*16-bit signed integer.*below zero/,
    );
  });
});

describe('an L*a*b* TIFF', () => {
  const pixels = Buffer.from([0, 0, 0, 255, 127, 128, 100, 20, 250, 50, 1, 255]);
  const source = makeTiffPages([{ ...small, samples: 3, photometric: 8, pixels }]);
  const strip = (tiff: Buffer): number[] => {
    const [at = 0] = tags(tiff, 273);
    return [...tiff.subarray(at, at + 12)];
  };

  it('stays one: lightness, a* and b* are mirrored, and twice is what it was', async () => {
    const once = await bytesOf(source, defaultRecipe);
    expect(tags(once, 262)).toEqual([8]);
    expect(strip(once)).toEqual([...pixels].map((value) => 255 - value));
    expect(strip(await bytesOf(once, defaultRecipe))).toEqual([...pixels]);
  });

  it('is turned, and refused where colours would be mixed', async () => {
    expect(strip(await bytesOf(source, recipeOf('flop')))).toEqual([
      50, 1, 255, 100, 20, 250, 255, 127, 128, 0, 0, 0,
    ]);
    expect(await refusal(made(source, recipeOf({ resize: { width: 2 } })))).toMatch(
      /^step-impossible: .*L\*a\*b\*/,
    );
  });
});
