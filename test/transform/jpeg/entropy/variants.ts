/** Small JPEGs of every way in which one can be coded. The same ones each time. */
import { makeCmykJpeg } from '../../../pictures/photos.ts';
import { cjpeg, jpegtran } from '../../../pictures/libjpeg.ts';
import { makePixels } from '../../../pictures/pixels.ts';

export interface Variant {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Colours as the file has them: RGB and YCCK are told by markers alone. */
export const colours = ['grey', 'YCbCr', 'RGB', 'CMYK', 'YCCK'] as const;
export type Colours = (typeof colours)[number];

/** Sampling factors of the components; the last one named holds for the rest. */
const samplings = [
  '1x1',
  '2x1',
  '1x2',
  '2x2',
  '4x1',
  '1x4',
  '4x2',
  '2x4',
  '2x2,2x1,1x2',
  '1x1,2x2,2x2',
  '2x2,1x1,2x2',
];
const qualities = [5, 30, 60, 85, 95, 100];
const codings = [['-baseline'], ['-optimize'], ['-progressive']];
const restarts = [[], ['-restart', '1B'], ['-restart', '1']];
/** Whole blocks, none of them whole, one pixel. */
const sizes = [
  { width: 101, height: 67 },
  { width: 16, height: 16 },
  { width: 1, height: 1 },
  { width: 64, height: 48 },
  { width: 7, height: 33 },
];

/** Every coding with every quality and restart; with many samplings, each has half of the qualities. */
export async function variantsOf(kind: Colours): Promise<Variant[]> {
  const variants: Variant[] = [];
  const four = kind === 'CMYK' || kind === 'YCCK';
  let number = 0;
  const sampled = kind === 'YCbCr' ? samplings : kind === 'RGB' ? ['1x1', '2x1', '2x2'] : ['1x1'];
  for (const [nth, sampling] of sampled.entries()) {
    for (const quality of sampled.length === 1
      ? qualities
      : qualities.filter((_, at) => at % 2 === nth % 2)) {
      for (const coding of codings) {
        for (const restart of restarts) {
          const size = sizes[number % sizes.length] ?? {};
          const how = { sampling, quality: String(quality), settings: [...coding, ...restart] };
          const bytes = four
            ? await fourColours(kind, size, how, number)
            : threeColours(kind, size, how, number);
          variants.push({ name: `${kind} ${JSON.stringify({ ...size, ...how })}`, bytes });
          number++;
        }
      }
    }
  }
  return variants;
}

interface How {
  readonly sampling: string;
  readonly quality: string;
  readonly settings: readonly string[];
}

function threeColours(kind: 'grey' | 'YCbCr' | 'RGB', size: object, how: How, seed: number): Buffer {
  const model = kind === 'grey' ? ['-grayscale'] : kind === 'RGB' ? ['-rgb'] : [];
  const pixels = makePixels({ ...size, seed });
  return cjpeg(pixels, ['-quality', how.quality, '-sample', how.sampling, ...model, ...how.settings]);
}

/** cjpeg writes no CMYK. YCCK is the same coefficients, called so by the Adobe marker. */
async function fourColours(kind: 'CMYK' | 'YCCK', size: object, how: How, seed: number): Promise<Buffer> {
  const quality = Number(how.quality);
  const settings = { quality, chromaSubsampling: seed % 2 === 0 ? '4:4:4' : '4:2:0' } as const;
  const plain = await makeCmykJpeg({ ...size, seed, settings });
  const bytes = jpegtran(
    plain,
    how.settings.filter((each) => each !== '-baseline'),
  );
  return kind === 'YCCK' ? withAdobeTransform(bytes, 2) : bytes;
}

/** Adobe Technical Note 5116: the byte that tells how colours were transformed. */
function withAdobeTransform(jpeg: Buffer, transform: number): Buffer {
  const at = jpeg.indexOf('Adobe', 0, 'latin1');
  if (at < 0) throw new Error('no Adobe marker');
  const copy = Buffer.from(jpeg);
  copy[at + 11] = transform;
  return copy;
}
