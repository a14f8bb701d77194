import sharp from 'sharp';
import { inParallel } from '../inParallel.ts';
import { costOfOwn } from '../measure/cost.ts';
import type { Cost } from '../result.ts';

/**
 * Not a rival but a measure: what the picture library alone needs to decode, negate and encode, from memory into
 * memory, with no store, no ledger and no hash. What goes by the pixels cannot be faster than this.
 * @param quality of the JPEGs, the same as the source's
 * @param atOnce pictures in work at the same time
 */
export function runSharp(files: readonly Uint8Array[], quality: number, atOnce: number): Promise<Cost> {
  return costOfOwn(() =>
    inParallel(atOnce, files, async (file) => {
      await sharp(file).negate({ alpha: false }).jpeg({ quality, optimiseCoding: false }).toBuffer();
    }),
  );
}
