/** The other pictures in a JPEG: each is negated, or left out. */
import { describe, expect, it } from 'vitest';
import { negateCoefficients } from '../../../../src/transform/jpeg/entropy/negate.ts';
import { makeJpeg } from '../../../pictures/photos.ts';
import { made, negatedPixels } from '../../kit.ts';
import { negationError, samples } from '../../samples.ts';
import { exifWith, segment, thumbnailOf, withSegments } from './segments.ts';

const picture = await makeJpeg({ width: 120, height: 90 });
const small = await makeJpeg({ width: 40, height: 30, seed: 2 });

describe('pictures in a JPEG that is negated in its coded data', () => {
  it('the EXIF thumbnail is negated too, and comes back byte for byte', async () => {
    const source = withSegments(picture, exifWith(small));
    const negated = negateCoefficients(source);
    const thumbnail = thumbnailOf(negated);
    expect(negationError(await samples(small), await samples(thumbnail ?? picture)).max).toBeLessThanOrEqual(
      4,
    );
    expect(negateCoefficients(negated).equals(source)).toBe(true);
  });

  it('an EXIF thumbnail that cannot be negated, or is damaged, is left out, and all else of the block stays', () => {
    const broken = Buffer.concat([small.subarray(0, small.length / 2), Buffer.from([0xff, 0xd9])]);
    for (const thumbnail of [broken, Buffer.from('no picture')]) {
      const negated = negateCoefficients(withSegments(picture, exifWith(thumbnail)));
      expect(thumbnailOf(negated)).toBeUndefined();
      expect(negated.includes('Exif\0\0', 0, 'latin1')).toBe(true);
    }
  });

  it('an index of further pictures and those behind the end, such as a gain map, are left out; zeros behind the end stay', () => {
    const index = segment(0xe2, 'MPF\0', 'MM\0\x2a\0\0\0\x08\0\0\0\0\0\0');
    const alone = negateCoefficients(picture);
    const several = Buffer.concat([withSegments(picture, index), small]);
    expect(negateCoefficients(several).equals(alone)).toBe(true);
    const padded = Buffer.concat([picture, Buffer.alloc(9)]);
    expect(negateCoefficients(padded).equals(Buffer.concat([alone, Buffer.alloc(9)]))).toBe(true);
  });

  it('thumbnails of JFIF are negated: of three bytes a pixel, with a palette, and as a JPEG', async () => {
    const rgb = Buffer.from([250, 5, 0, 255, 1, 2]);
    const extensions = [
      [Buffer.from([0x13, 2, 1]), rgb],
      [Buffer.from([0x11, 1, 1]), Buffer.alloc(768, 7), Buffer.from([3])],
    ].map(([head, ...rest]) => segment(0xe0, 'JFXX\0', head ?? '', ...rest));
    for (const extension of [...extensions, segment(0xe0, 'JFXX\0\x10', small)]) {
      const source = withSegments(picture, extension);
      const negated = negateCoefficients(source);
      expect(negated.includes(extension)).toBe(false);
      expect(negateCoefficients(negated).equals(source)).toBe(true);
    }
    const negated = negateCoefficients(withSegments(picture, segment(0xe0, 'JFXX\0\x10', small)));
    const at = negated.indexOf('JFXX\0\x10', 0, 'latin1') + 6;
    const thumbnail = negated.subarray(at, at + negated.readUInt16BE(at - 8) - 8);
    expect(negationError(await samples(small), await samples(thumbnail)).max).toBeLessThanOrEqual(4);
  });

  it('thumbnails of Photoshop and XMP are left out, and what stands beside them stays', () => {
    const resource = (number: number, data: string): Buffer =>
      Buffer.from(
        `8BIM${String.fromCharCode(number >> 8, number & 255)}\0\0\0\0\0${String.fromCharCode(data.length)}${data}`,
        'latin1',
      );
    const photoshop = segment(
      0xed,
      'Photoshop 3.0\0',
      resource(0x0409, 'preview.'),
      resource(0x0404, 'words of IPTC.'),
    );
    const packet = (inside: string): Buffer =>
      segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', `<rdf:Description>${inside}<a/></rdf:Description>`);
    const thumbnails = '<xmp:Thumbnails><rdf:Alt><rdf:li>/9j/4AAQ</rdf:li></rdf:Alt></xmp:Thumbnails>';
    const negated = negateCoefficients(withSegments(picture, photoshop, packet(thumbnails)));
    expect(negated.includes('preview.')).toBe(false);
    expect(negated.includes('words of IPTC.')).toBe(true);
    expect(negated.includes('/9j/4AAQ')).toBe(false);
    expect(negated.includes(packet(''))).toBe(true);
  });

  it('extended XMP is left out where the file says that it holds a picture, and stays where it does not', () => {
    const extension = segment(0xe1, 'http://ns.adobe.com/xmp/extension/\0', 'x'.repeat(60));
    const speaking = segment(
      0xe1,
      'http://ns.adobe.com/xap/1.0/\0',
      'xmlns:GImage="http://ns.google.com/photos/1.0/image/"',
    );
    expect(negateCoefficients(withSegments(picture, extension)).includes(extension)).toBe(true);
    expect(negateCoefficients(withSegments(picture, speaking, extension)).includes(extension)).toBe(false);
  });

  it('everything else that the file says about itself stays byte for byte', () => {
    const said = [
      segment(0xe2, 'ICC_PROFILE\0\x01\x01', 'profile'),
      segment(0xfe, 'a comment'),
      segment(0xeb, 'HDR_RI'),
    ];
    const negated = negateCoefficients(withSegments(picture, ...said));
    for (const each of said) expect(negated.includes(each)).toBe(true);
  });
});

it('a JPEG that is decoded and encoded loses a thumbnail, which would show it as it was', async () => {
  const { bytes } = await made(withSegments(picture, exifWith(small)), negatedPixels);
  const file = Buffer.from(bytes);
  expect(file.includes('Exif\0\0', 0, 'latin1')).toBe(true);
  expect(thumbnailOf(file)).toBeUndefined();
});
