import { makeJpeg, photograph, snapshot } from '../test/pictures/photos.ts';
import type { SetFacts, SetName } from './result.ts';

/** A set of JPEGs to measure with. */
export interface PictureSet {
  readonly facts: SetFacts;
  /** Any number of files: those that differ, in turn. */
  take(count: number): Uint8Array[];
}

/** Huffman codes as cameras write them: the standard's. Others would cost an encoder that keeps the source's way twice the time. */
const cameras = { optimiseCoding: false };

/** A: what the tutorial's own picture is like (133 kB). B: what a camera or a microscope makes, 12 megapixels. */
const shapes = {
  A: { ...snapshot, quality: 84, distinct: 16 },
  B: { ...photograph, quality: 84, distinct: 4 },
} as const satisfies Record<SetName, unknown>;

/** The same pictures on every machine: their seeds are fixed. */
export async function makeSet(name: SetName): Promise<PictureSet> {
  const { distinct, ...shape } = shapes[name];
  const files: Uint8Array[] = [];
  for (let seed = 1; seed <= distinct; seed++)
    files.push(await makeJpeg({ ...shape, settings: cameras, seed }));
  const meanBytes = files.reduce((sum, { length }) => sum + length, 0) / distinct;
  const take = (count: number): Uint8Array[] => {
    const taken: Uint8Array[] = [];
    while (taken.length < count) taken.push(...files.slice(0, count - taken.length));
    return taken;
  };
  return { facts: { name, ...shape, distinct, meanBytes }, take };
}
