import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readExifTags } from '../../src/transform/exifTags.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import { limitsSchema } from '../../src/transform/limits.ts';

const tagged = (format: 'jpeg' | 'png' | 'webp'): Promise<Buffer> =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .withExif({ IFD0: { Make: 'Canon', Model: 'EOS R5', Software: 'kuva', Artist: 'Aino' } })
    .toFormat(format)
    .toBuffer();

describe('what a file says about itself', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('is read from a %s', async (format) => {
    const { tags } = await createTransformer(limitsSchema.parse({})).inspect(await tagged(format));
    expect(tags).toMatchObject({ make: 'Canon', model: 'EOS R5', software: 'kuva', artist: 'Aino' });
  });

  it('is nothing where there is none', () => {
    expect(readExifTags(Buffer.from('no TIFF structure'))).toEqual({});
    expect(readExifTags(Buffer.alloc(0))).toEqual({});
  });

  it('is read as far as it goes when the block is cut short anywhere', async () => {
    const { exif } = await sharp(await tagged('jpeg')).metadata();
    const whole = exif ?? Buffer.alloc(0);
    expect(readExifTags(whole)).toMatchObject({ make: 'Canon' });
    for (let length = 0; length < whole.length; length++)
      expect(() => readExifTags(whole.subarray(0, length))).not.toThrow();
  });
});
