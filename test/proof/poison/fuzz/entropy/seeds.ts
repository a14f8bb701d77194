/** Small JPEGs for the reader of coded data: every coding, with restarts, thumbnails and further pictures. */
import { hasLibjpeg, jpegtran } from '../../../../pictures/libjpeg.ts';
import { makeCmykJpeg, makeJpeg } from '../../../../pictures/photos.ts';
import { exifWith, segment, withSegments } from '../../../../transform/jpeg/entropy/segments.ts';
import type { SeedPicture } from '../seeds.ts';

const size = { width: 44, height: 28 } as const;

export async function makeEntropySeeds(): Promise<SeedPicture[]> {
  const standard = await makeJpeg({ ...size, settings: { optimiseCoding: false } });
  const own = await makeJpeg({ ...size, quality: 97, settings: { chromaSubsampling: '4:4:4' } });
  const progressive = await makeJpeg({ ...size, settings: { progressive: true } });
  const small = await makeJpeg({ width: 16, height: 12 });
  const restarts = hasLibjpeg
    ? {
        restarts: jpegtran(standard, ['-restart', '1B']),
        'progressive-restarts': jpegtran(progressive, ['-progressive', '-restart', '1']),
      }
    : {};
  const files = {
    standard,
    own,
    progressive,
    ...restarts,
    grey: await makeJpeg({ ...size, channels: 1 }),
    cmyk: await makeCmykJpeg(size),
    'progressive-cmyk': await makeCmykJpeg({ ...size, settings: { progressive: true } }),
    thumbnails: withSegments(standard, exifWith(small, 5), segment(0xe0, 'JFXX\0\x10', small)),
    several: Buffer.concat([withSegments(standard, segment(0xe2, 'MPF\0', 'II\x2a\0\x08\0\0\0')), small]),
  };
  return Object.entries(files).map(([name, bytes]) => ({ name, format: 'jpeg', bytes }));
}
