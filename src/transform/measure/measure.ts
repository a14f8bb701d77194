/** A `measure` step: what can be known of an image by looking at it. */
import type { Facts, Json } from '../../image/facts.ts';
import type { Measurement } from '../../image/settings/measure.ts';
import type { StepOf } from '../../image/steps.ts';
import type { ImageFacts } from '../contract.ts';
import { readMetadata } from '../inspect.ts';
import { histogramOf } from '../preview/histogram.ts';
import { impossible } from '../refusal.ts';
import type { TimeBudget } from '../time.ts';
import { blurOf, rounded } from './blur.ts';
import { dominantColour } from './colour.ts';
import { exifFacts, gpsFacts } from './exif.ts';
import { dHash, pHash } from './hash.ts';
import { type SeenPixels, seenPixels } from './luma.ts';

/** Measurements that need no pixels. */
const fromHeader: ReadonlySet<Measurement> = new Set(['size', 'exif', 'gps']);

/** @throws KuvaError `image-damaged`, `transform-timeout`, `step-impossible` for samples that are no colours */
export async function measured(
  { what }: StepOf<'measure'>,
  bytes: Buffer,
  image: ImageFacts,
  time: TimeBudget,
): Promise<Facts> {
  const wanted = new Set(what);
  const facts: Record<string, Json> = {};
  if (wanted.has('size')) {
    const { format, width, height, pages, channels, depth } = image;
    Object.assign(facts, { format, width, height, pages, channels, depth, bytes: bytes.length });
  }
  if (wanted.has('exif') || wanted.has('gps')) {
    const { exif } = await readMetadata(bytes, image.format);
    if (wanted.has('exif')) facts['exif'] = exifFacts(exif);
    if (wanted.has('gps')) facts['gps'] = gpsFacts(exif);
  }
  if (what.every((each) => fromHeader.has(each))) return facts;
  if (image.exact === true) {
    throw impossible(
      `The image has samples of ${image.depth} bits that are no plain colours, of which size, exif and gps alone can be measured`,
      'Name these in the measure step, or measure by a step of your own: docs/steps.md.',
    );
  }
  const seen = await seenPixels(bytes, image, time);
  if (wanted.has('mean')) Object.assign(facts, meansOf(seen));
  if (wanted.has('histogram')) facts['histogram'] = { ...histogramOf(seen.data, seen.channels) };
  if (wanted.has('hash')) Object.assign(facts, { dhash: dHash(seen), phash: pHash(seen) });
  if (wanted.has('blur')) Object.assign(facts, blurOf(seen));
  if (wanted.has('colour')) facts['colour'] = dominantColour(seen);
  time.check();
  return facts;
}

function meansOf({ data, channels, luma }: SeenPixels): Facts {
  const means = Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let at = channel; at < data.length; at += channels) sum += data[at] ?? 0;
    return rounded((sum * channels) / data.length / 255, 4);
  });
  const sum = luma.reduce((total, value) => total + value, 0);
  return { mean: rounded(sum / luma.length / 255, 4), means };
}
