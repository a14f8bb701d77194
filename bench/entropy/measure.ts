import process from 'node:process';
import sharp from 'sharp';
import { negateCoefficients } from '../../src/transform/jpeg/entropy/negate.ts';
import { readJpegHeader } from '../../src/transform/jpeg/header.ts';
import type { Way } from '../photographs.ts';
import type { PictureSet } from '../pictures.ts';
import type { SetName } from '../result.ts';

/** Who negates: ours in the coded data; sharp with the coding of the source; sharp with its own settings. */
export const negators = ['entropy', 'alike', 'default'] as const;
export type Negator = (typeof negators)[number];

export interface EntropyRun {
  readonly set: SetName;
  /** How the pictures are coded. */
  readonly way: Way;
  readonly round: number;
  readonly meanBytes: number;
  /** CPU milliseconds a picture, all threads of the process. */
  readonly cpu: Readonly<Record<Negator, number>>;
}

/** Each negator has to do so many bytes at least in a round, so that a tick of the clock is little. */
const least = 8e6;

/** All negators in turn on the pictures of one coding, after a round that does not count. */
export async function measureWays(
  set: PictureSet,
  rounds: number,
  signal: AbortSignal,
): Promise<EntropyRun[]> {
  // One thread: what is counted is work, not how it is shared out.
  sharp.concurrency(1);
  const { facts } = set;
  const files = set.take(facts.distinct).map((file) => Buffer.from(file));
  const runs: EntropyRun[] = [];
  for (const way of ['standard', 'optimised', 'progressive'] as const) {
    const own = files.filter((file) => wayOf(file) === way);
    if (own.length === 0) continue;
    const bytes = own.reduce((sum, { length }) => sum + length, 0);
    const repeats = Math.ceil(least / bytes);
    for (let round = 0; round <= rounds; round++) {
      signal.throwIfAborted();
      const cpu = { entropy: 0, alike: 0, default: 0 };
      for (const negator of round % 2 === 0 ? negators : negators.toReversed()) {
        const total = await cpuOf(negator, own, way, facts.quality, repeats);
        cpu[negator] = total / repeats / own.length;
      }
      if (round > 0) runs.push({ set: facts.name, way, round, meanBytes: bytes / own.length, cpu });
    }
  }
  return runs;
}

function wayOf(file: Buffer): Way {
  const { progressive, optimised } = readJpegHeader(file);
  if (progressive) return 'progressive';
  return optimised ? 'optimised' : 'standard';
}

/** Milliseconds. */
async function cpuOf(
  negator: Negator,
  files: readonly Buffer[],
  way: Way,
  quality: number,
  repeats: number,
): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < repeats; at++) {
    for (const file of files) {
      if (negator === 'entropy') negateCoefficients(file);
      else {
        const alike = { progressive: way === 'progressive', optimiseCoding: way !== 'standard' };
        await sharp(file)
          .negate({ alpha: false })
          .jpeg({ quality, ...(negator === 'alike' && alike) })
          .toBuffer();
      }
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
