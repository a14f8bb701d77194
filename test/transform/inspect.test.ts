import { describe, expect, it } from 'vitest';
import { limitsSchema } from '../../src/transform/limits.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import * as broken from '../pictures/broken.ts';
import * as photos from '../pictures/photos.ts';
import { made, recipeOf, refusal, transformer } from './kit.ts';

describe('inspect reads the header', () => {
  it.each([
    ['JPEG', () => photos.makeJpeg(), { format: 'jpeg', channels: 3, depth: 8, hasAlpha: false }],
    ['CMYK JPEG', () => photos.makeCmykJpeg(), { format: 'jpeg', channels: 4, hasAlpha: false }],
    [
      'grey PNG of 16 bits',
      () => photos.makePng({ channels: 1, depth: 16 }),
      { format: 'png', channels: 1, depth: 16 },
    ],
    [
      'PNG with transparency',
      () => photos.makePng({ channels: 4 }),
      { format: 'png', channels: 4, hasAlpha: true },
    ],
    ['TIFF', () => photos.makeTiff({ depth: 16 }), { format: 'tiff', depth: 16 }],
    ['WebP', () => photos.makeWebp(), { format: 'webp' }],
    ['AVIF', () => photos.makeAvif(), { format: 'avif' }],
    ['GIF', () => photos.makeAnimatedGif(), { format: 'gif', pages: 4 }],
  ])('of a %s', async (_title, make, facts) => {
    expect(await transformer.inspect(await make())).toMatchObject({
      width: 96,
      height: 64,
      pages: 1,
      ...facts,
    });
  });

  it('of a GIF whose screen is smaller than its picture', async () => {
    const gif = await photos.makeGif();
    gif.writeUInt16LE(10, 6);
    const output = await made(gif, recipeOf('negate'));
    expect(output).toMatchObject({ format: 'gif', height: 64 });
  });

  it('before any orientation is applied', async () => {
    const facts = await transformer.inspect(await photos.makeJpeg({ orientation: 6 }));
    expect([facts.width, facts.height]).toEqual([96, 64]);
  });
});

describe('inspect refuses what is no image, and says what it found', () => {
  it.each([
    ['zero bytes', broken.zeroBytes, /^not-an-image: .*empty/],
    ['a text', broken.textFile, /^not-an-image: .*text file/],
    ['a web page', broken.htmlPage, /^not-an-image: .*web page/],
    ['JSON', Buffer.from('{"error": "denied"}'), /^not-an-image: .*JSON/],
    [
      'an S3 error',
      Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
      /^not-an-image: .*XML/,
    ],
    ['a text in UTF-16', Buffer.from('\uFEFFnotes of today', 'utf16le'), /^not-an-image: .*text file/],
    ['random bytes', broken.randomBytes(5000), /^not-an-image: .*begins with the bytes/],
    ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'), /^not-an-image: .*PDF/],
    ['a ZIP archive', Buffer.from('PK\x03\x04\x14\0\0\0'), /^not-an-image: .*ZIP/],
    ['a video', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'), /^not-an-image: .*video/],
    [
      'a HEIC photo that is cut short',
      Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
      /^image-damaged: .*HEIC/,
    ],
    ['a text that begins like a BMP', Buffer.from('BMW is a car', 'latin1'), /^not-an-image: .*text/],
    ['a Zeiss CZI', Buffer.from('ZISRAWFILE\0\0\0\0\0\0'), /^format-unsupported: .*CZI/],
    ['a Photoshop document that is cut short', Buffer.from('8BPS\0\x01\0\0'), /^image-damaged: .*Photoshop/],
  ])('%s', async (_title, bytes, answer) => {
    expect(await refusal(transformer.inspect(bytes))).toMatch(answer);
  });

  it('goes by the bytes: a web page named .jpg is a web page, and a PNG named .jpg is a PNG', async () => {
    // The transformer never sees a name.
    expect((await transformer.inspect(await photos.makePng())).format).toBe('png');
  });

  it.each([
    ['JPEG', () => photos.makeJpeg()],
    ['PNG', () => photos.makePng()],
    ['WebP', () => photos.makeWebp()],
    ['AVIF', () => photos.makeAvif()],
    ['TIFF', () => photos.makeTiff()],
  ])('a corrupt header: %s', async (_title, make) => {
    const bytes = broken.corruptHeader(await make(), 8);
    const answer = await refusal(made(bytes, recipeOf('negate')));
    expect(answer).toMatch(/^(image-damaged|not-an-image|format-unsupported): /);
  });

  it('a JPEG of 12 bits, and a lossless one', async () => {
    const bytes = await photos.makeJpeg();
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    const twelve = Buffer.from(bytes);
    twelve[frame + 4] = 12;
    expect(await refusal(transformer.inspect(twelve))).toMatch(/^format-unsupported: .*12 bits/);
    const lossless = Buffer.from(bytes);
    lossless[frame + 1] = 0xc3;
    expect(await refusal(transformer.inspect(lossless))).toMatch(/^format-unsupported: .*lossless/);
  });

  it('an animated PNG, of which one frame would be left', async () => {
    const png = await photos.makePng();
    const animation = broken.chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
    const animated = Buffer.concat([png.subarray(0, 33), animation, png.subarray(33)]);
    expect(await refusal(transformer.inspect(animated))).toMatch(/^format-unsupported: .*animated PNG/);
    const palette = await photos.makePalettePng();
    const both = Buffer.concat([palette.subarray(0, 33), animation, palette.subarray(33)]);
    // Negating its palette negates every frame; anything else would drop them.
    expect((await made(both, recipeOf('negate'))).bytes.includes(0x61)).toBe(true);
    expect(await refusal(made(both, recipeOf('blur')))).toMatch(/^step-impossible: .*animated PNG/);
  });

  it('an animated AVIF', async () => {
    const avif = await photos.makeAvif();
    const movie = Buffer.concat([avif, Buffer.from('\0\0\0\x08moov', 'latin1')]);
    expect(await refusal(transformer.inspect(movie))).toMatch(/^format-unsupported: .*animated AVIF/);
  });

  it('a stereo pair, but not a photograph with a gain map behind it', async () => {
    const jpeg = await photos.makeJpeg();
    const withIndex = (type: number) => {
      const index = Buffer.alloc(4 + 8 + 2 + 12 + 4 + 16);
      index.write('MPF\0II*\0', 0, 'latin1');
      index.writeUInt32LE(8, 8);
      index.writeUInt16LE(1, 12);
      index.writeUInt16LE(0xb002, 14);
      index.writeUInt16LE(7, 16);
      index.writeUInt32LE(16, 18);
      index.writeUInt32LE(26, 22);
      index.writeUInt32LE(type, 30);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(index.length + 2);
      return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe2]), length, index, jpeg.subarray(2)]);
    };
    expect(await refusal(transformer.inspect(withIndex(0x020002)))).toMatch(
      /^format-unsupported: .*several pictures/,
    );
    expect((await transformer.inspect(withIndex(0x010001))).format).toBe('jpeg');
  });
});

describe('inspect holds the header against the limits', () => {
  const strict = (limits: Record<string, unknown>) => createTransformer(limitsSchema.parse(limits));

  it('refuses a picture of 1.6 gigapixels in a few kilobytes without unpacking it', async () => {
    const bomb = broken.bombPng();
    expect(bomb.length).toBeLessThan(20_000);
    expect(await refusal(transformer.inspect(bomb))).toMatch(/^image-too-large: .*40000 × 40000/);
  });

  it('refuses a GIF with a huge screen, and a TIFF with a huge page', async () => {
    const gif = await photos.makeGif();
    gif.writeUInt16LE(60_000, 6);
    gif.writeUInt16LE(60_000, 8);
    expect(await refusal(transformer.inspect(gif))).toMatch(/^image-too-large: /);
  });

  it('counts bytes, pixels of all pages together, and pages', async () => {
    const stack = await photos.makeTiffStack({ frames: 5 });
    expect(await refusal(strict({ bytes: '1 kB' }).inspect(stack))).toMatch(
      /^image-too-large: .*limit is 1\.0 kB/,
    );
    expect(await refusal(strict({ pages: 4 }).inspect(stack))).toMatch(/^image-too-large: .*5 pages/);
    expect(await refusal(strict({ pixels: 30_000 }).inspect(stack))).toMatch(/^image-too-large: /);
    expect((await strict({ pixels: 30_720, pages: 5 }).inspect(stack)).pages).toBe(5);
    const webp = await photos.makeAnimatedWebp({ frames: 5 });
    expect(await refusal(strict({ pixels: 30_000 }).inspect(webp))).toMatch(/^image-too-large: /);
  });
});

describe('SVG', () => {
  const svg = (inside: string, attributes = '') =>
    Buffer.from(
      `<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30"${attributes}>${inside}</svg>`,
    );

  it('can be read when the recipe converts it', async () => {
    const output = await made(
      svg('<rect width="9" height="9" fill="red"/>'),
      recipeOf('negate', { convert: 'png' }),
    );
    expect(output).toMatchObject({ format: 'png', width: 40, height: 30 });
  });

  it('cannot be written', async () => {
    expect(await refusal(made(svg(''), recipeOf('negate')))).toMatch(/^step-impossible: .*SVG/);
  });

  it.each([
    ['a picture in a file', '<image xlink:href="file:///etc/passwd" width="9" height="9"/>'],
    ['a picture on the web', '<image href="https://example.org/a.png" width="9" height="9"/>'],
    ['a picture beside it', "<image href='photo.png' width='9' height='9'/>"],
    ['a style sheet', '<style>@import "other.css";</style>'],
    ['a font', '<style>@font-face { src: url(https://example.org/f.woff) }</style>'],
    ['a shape in another file', '<use href="shapes.svg#a"/>'],
    [
      'a text to include',
      '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>',
    ],
  ])('is refused when it refers to something outside: %s', async (_title, inside) => {
    expect(await refusal(transformer.inspect(svg(inside)))).toMatch(/^format-unsupported: .*outside/);
  });

  it('is taken when all that it refers to is inside', async () => {
    const png = (await photos.makePng({ width: 8, height: 8 })).toString('base64');
    const inside = `<defs><g id="a"><rect width="4" height="4"/></g></defs><use href="#a"/><image href="data:image/png;base64,${png}" width="9" height="9"/><rect fill="url(#a)" width="2" height="2"/>`;
    expect((await transformer.inspect(svg(inside))).format).toBe('svg');
  });

  it('with an external entity is refused', async () => {
    const bytes = Buffer.from(
      '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><text>&x;</text></svg>',
    );
    expect(await refusal(transformer.inspect(bytes))).toMatch(/^format-unsupported: .*outside/);
  });

  it('that ends early is refused', async () => {
    expect(await refusal(transformer.inspect(svg('<rect/>').subarray(0, -4)))).toMatch(/^image-damaged: /);
  });
});
