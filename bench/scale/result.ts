/** What `bench:scale` found out: the JSON file is this. */
import type { Machine } from '../machine.ts';
import type { Shares } from '../measure/shares.ts';
import type { Check } from '../result.ts';

/** `photos`: like the tutorial's picture. `tiny`: 2 × 2 pixels, so that queue and requests are what takes time. */
export const loads = ['photos', 'tiny'] as const;
export type Load = (typeof loads)[number];

/** Processes of `kuva worker`, in the order of the table. */
export const workerCounts = [1, 2, 3, 4] as const;

export interface ScaleRun {
  readonly load: Load;
  readonly workers: number;
  readonly round: number;
  readonly images: number;
  /** From the first image that was begun to the last one settled, by the database's clock. */
  readonly seconds: number;
  /** From the first image that was queued; told apart: `workers`, `ceph`, `postgres`. */
  readonly shares: Shares;
  /** Most sessions of the workers that `pg_stat_activity` showed at one moment. */
  readonly connections: number;
  readonly check: Check;
}

export interface ScaleResult {
  readonly begun: string;
  readonly machine: Machine;
  readonly maxConnections: number;
  /** Images a second, of `bench:backlog`. */
  readonly queueRate?: number;
  readonly runs: readonly ScaleRun[];
}
