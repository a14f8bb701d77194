/** Which cases the matrix runs: every point on every ground that has it, with one worker and with three. */
import { type CrashPoint, crashPoints } from '../../../src/image/crashPoint.ts';
import { arrangements } from './case.ts';
import type { Ground } from './world.ts';

export const grounds = ['folder', 's3', 's3 with versions'] as const satisfies readonly Ground[];

export interface MatrixCase {
  readonly ground: Ground;
  readonly point: CrashPoint;
  /** Killed when it passes the point for the nth time. */
  readonly nth: number;
  readonly workers: 1 | 3;
}

/** In a bucket that keeps versions only the removal goes another way: killed before it and after it. */
const withVersions: readonly CrashPoint[] = [
  'recorded',
  'input-removed',
  'rejected.settled',
  'rejected.removed',
];

export function pointsOf(ground: Ground): CrashPoint[] {
  return crashPoints
    .filter(({ store }) => store === 'any' || ground.startsWith(store))
    .map(({ name }) => name);
}

/** Later passings are another state of the pipeline, not of the store nor of other workers: in folders, one worker. */
export const matrix: readonly MatrixCase[] = grounds.flatMap((ground) =>
  pointsOf(ground)
    .filter((point) => arrangements[point].storeOnly !== true)
    .filter((point) => ground !== 's3 with versions' || withVersions.includes(point))
    .flatMap((point): MatrixCase[] => {
      const passings = ground === 'folder' ? (arrangements[point].passings ?? [1]) : [1];
      const alone = passings.map((nth): MatrixCase => ({ ground, point, nth, workers: 1 }));
      return ground === 's3 with versions' ? alone : [...alone, { ground, point, nth: 1, workers: 3 }];
    }),
);
