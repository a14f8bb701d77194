import { makeJpeg, photograph, snapshot } from '../test/pictures/photos.ts';
import { encodePhotographs, findPhotographs, howToGet, type Way } from './photographs.ts';
import type { Program } from './programs.ts';
import type { SetFacts, SetName } from './result.ts';

/** A set of JPEGs to measure with. */
export interface PictureSet {
  readonly facts: SetFacts;
  /** Any number of files: those that differ, in turn. */
  take(count: number): Uint8Array[];
}

/**
 * A: what the tutorial's own picture is like (133 kB), as one finds them: most from cameras, whose Huffman codes are the
 * standard's, some saved by an editor that makes codes of its own, some progressive. B: what a camera makes, 12 megapixels.
 */
const shapes = {
  A: { ...snapshot, quality: 93, synthetic: 84, ways: { standard: 12, optimised: 2, progressive: 2 } },
  B: { ...photograph, quality: 96, synthetic: 84, ways: { standard: 6, optimised: 1, progressive: 0 } },
} as const satisfies Record<SetName, unknown>;

/**
 * The same files each time, with the same ImageMagick.
 * @param convert ImageMagick, for photographs; without it, or without photographs, the pictures are made from fixed seeds
 */
export async function makeSet(
  name: SetName,
  convert: Program | undefined,
  say: (line: string) => void,
): Promise<PictureSet> {
  const { width, height, ways, synthetic, quality: real } = shapes[name];
  const order = Object.entries(ways).flatMap(([way, count]) => Array<Way>(count).fill(wayOf(way)));
  const photographs = convert === undefined ? undefined : await findPhotographs();
  if (photographs === undefined)
    say(`Set ${name} is made from seeds instead of photographs, which other figures are of: ${howToGet}`);
  const quality = photographs === undefined ? synthetic : real;
  const files =
    convert === undefined || photographs === undefined
      ? await Promise.all(order.map((way, at) => makeSynthetic({ width, height }, quality, way, at + 1)))
      : await encodePhotographs(
          convert.path,
          name === 'A' ? photographs.all : photographs.large,
          { width, height, quality },
          order,
        );
  const meanBytes = files.reduce((sum, { length }) => sum + length, 0) / files.length;
  const source = photographs?.source ?? 'made from seeds, no photographs';
  const take = (count: number): Uint8Array[] => {
    const taken: Uint8Array[] = [];
    while (taken.length < count) taken.push(...files.slice(0, count - taken.length));
    return taken;
  };
  const facts = { name, width, height, quality, source, ways, distinct: files.length, meanBytes };
  return { facts, take };
}

function wayOf(name: string): Way {
  return name === 'optimised' || name === 'progressive' ? name : 'standard';
}

function makeSynthetic(
  size: { width: number; height: number },
  quality: number,
  way: Way,
  seed: number,
): Promise<Buffer> {
  const settings = { optimiseCoding: way !== 'standard', progressive: way === 'progressive' };
  return makeJpeg({ ...size, quality, settings, seed });
}
