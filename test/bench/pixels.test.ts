import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkPictures } from '../../bench/pixels.ts';
import { makeJpeg } from '../pictures/photos.ts';

describe('the look at a result by its pixels', () => {
  it('accepts the negative, and neither the picture itself nor another size', async () => {
    const picture = await makeJpeg({ width: 160, height: 120, quality: 90 });
    const negative = await sharp(picture).negate().jpeg({ quality: 90 }).toBuffer();
    await expect(checkPictures(picture, negative)).resolves.toBeUndefined();
    await expect(checkPictures(picture, picture)).rejects.toThrow('no negative');
    const smaller = await sharp(negative).resize(80).jpeg().toBuffer();
    await expect(checkPictures(picture, smaller)).rejects.toThrow('another size');
  });
});
