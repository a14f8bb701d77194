import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as photos from '../../pictures/photos.ts';
import { refusal } from '../kit.ts';
import { difference, samples } from '../samples.ts';
import { OwnFolder } from './kit.ts';

let own: OwnFolder;
let png: Buffer;
let jpeg: Buffer;

beforeAll(async () => {
  own = await OwnFolder.make();
  png = await photos.makePng();
  jpeg = await photos.makeJpeg();
});

afterAll(() => own.remove());

describe('a module', () => {
  it('gets pixels and gives pixels, in 8 and in 16 bits', async () => {
    await own.file(
      'invert.mjs',
      'export default function ({ data, depth, channels, ...image }) {',
      '  const most = depth === 16 ? 65535 : 255;',
      '  const alpha = channels === 2 || channels === 4;',
      '  return { ...image, depth, channels, data: data.map((value, at) => (alpha && at % channels === channels - 1 ? value : most - value)) };',
      '}',
    );
    for (const source of [
      png,
      await photos.makePng({ channels: 4, depth: 16 }),
      await photos.makeTiff({ channels: 1 }),
    ]) {
      const made = await own.through(source, { module: 'invert.mjs' });
      const negated = await own.through(source, 'negate');
      expect(made.format).toBe(negated.format);
      expect(difference(await samples(made.bytes), await samples(negated.bytes)).max).toBe(0);
    }
  });

  it('keeps the format of a JPEG, which is written as it was', async () => {
    await own.file('same.mjs', 'export default (image) => image;');
    const made = await own.through(jpeg, { module: 'same.mjs' });
    expect(made).toMatchObject({ format: 'jpeg', how: { way: 'pixels' } });
    expect(difference(await samples(made.bytes), await samples(jpeg)).max).toBeLessThan(12);
  });

  it('gives facts alone: then the image goes on as it was', async () => {
    await own.file(
      'facts.mjs',
      'export default ({ width }, { facts, key, settings }) => { facts({ width, key, ...settings }); };',
    );
    const made = await own.through(png, {
      module: { file: 'facts.mjs', settings: { label: 'cat' }, as: 'own' },
    });
    expect(Buffer.compare(made.bytes, png)).toBe(0);
    const { width } = made;
    expect(made.facts).toEqual({ own: { width, key: 'some/key.jpg', label: 'cat' } });
  });

  it('gives several images, is called once, and each output takes its own', async () => {
    await own.file(
      'split.mjs',
      'let calls = 0;',
      'export function split({ width, height, channels, depth, data }, { facts }) {',
      '  calls++; facts({ calls });',
      '  const half = (from, to) => ({ width, height: to - from, channels, depth, data: data.subarray(from * width * channels, to * width * channels) });',
      '  return { images: { upper: half(0, 10), lower: half(10, height) } };',
      '}',
    );
    const part = (take: string) => ({
      name: take,
      key: `{stem}-${take}{ext}`,
      steps: [{ module: { file: 'split.mjs', export: 'split', take } }],
    });
    const made = await own.made(png, [part('upper'), part('lower')]);
    expect(made.map(({ height }) => height)).toEqual([10, made[1]?.height]);
    expect(made.map(({ facts }) => facts)).toEqual([{ calls: 1 }, { calls: 1 }]);
  });

  it('gets the whole file, and may give one in another format', async () => {
    await own.file(
      'file.mjs',
      'export default ({ encoded, metadata }) => { if (metadata.pages !== 3) throw new Error("pages"); return { encoded }; };',
    );
    const pages = await photos.makeTiffStack({ frames: 3 });
    const made = await own.through(pages, { module: { file: 'file.mjs', input: 'encoded' } });
    expect(made).toMatchObject({ format: 'tiff', pages: 3, how: { way: 'own' } });
  });

  it.each([
    [
      'throws is told with its file and line',
      'export default () => {\n  throw new Error("too dark");\n};',
      /^step-failed: .*bad-\d+\.mjs:2: Error: too dark$/,
    ],
    [
      'rejects the image does that',
      'export default (_, { reject }) => reject("no cell in it");',
      /^step-rejected: .*no cell in it$/,
    ],
    ['returns nonsense is told', 'export default () => 7;', /^step-failed: .*no image/],
    [
      'returns too few values is told',
      'export default (image) => ({ ...image, data: image.data.subarray(3) });',
      /^step-failed: .*values, where/,
    ],
    [
      'waits for ever is given up',
      'export default () => new Promise(() => undefined);',
      /^transform-timeout: .*longer than 500 ms/,
    ],
    ['is no JavaScript is told', 'export default function (\n', /^step-unavailable: .*does not load: /],
    [
      'exports nothing is told',
      'export const x = 1;',
      /^step-unavailable: .*exports no function named default/,
    ],
    [
      'gives facts that cannot be kept is told',
      'export default (_, { facts }) => facts({ a: "\\0" });',
      /^step-failed: .*U\+0000/,
    ],
    [
      'says something before it fails is heard',
      'export default (_, { log }) => { log("at 7"); throw new Error("x"); };',
      /it said: at 7$/,
    ],
  ])('that %s', async (_title, text, message) => {
    // Node keeps what it imported under a name.
    const name = `bad-${Math.random().toString().slice(2)}.mjs`;
    await own.file(name, text);
    expect(await refusal(own.through(png, { module: { file: name, time: '500ms' } }))).toMatch(message);
  });

  it('in TypeScript needs a Node that runs it', async () => {
    await own.file('typed.ts', 'export default (image: { width: number }): undefined => void image.width;');
    const told = await refusal(own.through(png, { module: 'typed.ts' }));
    const runs = typeof Reflect.get(process.features, 'typescript') === 'string';
    expect(told).toMatch(runs ? /^accepted$/ : /^config-invalid: .*is TypeScript, and Node\.js 20\./);
  });

  it('with pixels refuses an image of several pages', async () => {
    const pages = await photos.makeTiffStack({ frames: 3 });
    expect(await refusal(own.through(pages, { module: 'same.mjs' }))).toMatch(/^step-impossible: .*3 pages/);
  });
});
