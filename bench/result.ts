/** What one run of the bench found out: the JSON file is this, and the tables are made from it. */
import type { Machine } from './machine.ts';

/** Who does the work. The order is that of the tables. */
export const contenders = ['kuva', 'tutorial', 'tutorial-no-sleep', 'sharp-one', 'sharp-many'] as const;

export type Contender = (typeof contenders)[number];

export const setNames = ['A', 'B'] as const;

export type SetName = (typeof setNames)[number];

export interface SetFacts {
  readonly name: SetName;
  readonly width: number;
  readonly height: number;
  readonly quality: number;
  /** Files that differ; they are used in turn, under names of their own. */
  readonly distinct: number;
  /** Bytes of one file on average. */
  readonly meanBytes: number;
}

/** What was found in the buckets and the database after a run. All zero: nothing is missing, and every row is true. */
export interface Check {
  readonly inputsLeft: number;
  readonly outputsMissing: number;
  readonly rowsMissing: number;
  /** Rows for one image beyond the first. */
  readonly rowsDoubled: number;
  /** Rows whose hash is not that of the output. */
  readonly rowsFalse: number;
}

export interface Cost {
  /** From the start of the program to its end. */
  readonly seconds: number;
  /** CPU, user and system, of the program and everything it started. */
  readonly cpuSeconds: number;
  /** CPU of Ceph and PostgreSQL meanwhile. */
  readonly serverCpuSeconds: number;
  /** CPU that anything else on the machine used meanwhile: noise. */
  readonly otherCpuSeconds: number;
  /** Most that its processes of one moment had at their peaks together. Absent where it shares a process with the bench. */
  readonly peakBytes?: number;
}

export interface Run extends Cost {
  readonly set: SetName;
  readonly contender: Contender;
  readonly round: number;
  readonly images: number;
  /** Absent for plain sharp, which has no buckets. */
  readonly check?: Check;
}

/** A run that did not come to its end; it has no rate. */
export interface FailedRun {
  readonly set: SetName;
  readonly contender: Contender;
  readonly round: number;
  readonly reason: string;
}

/** Milliseconds from the end of the upload until the result can be fetched, one image at a time, while the worker idles. */
export interface Latency {
  readonly store: 's3' | 'folder';
  /** Milliseconds between two looks of the worker into the bucket. */
  readonly poll: number | undefined;
  readonly milliseconds: readonly number[];
}

export interface BenchResult {
  readonly begun: string;
  readonly machine: Machine;
  readonly sets: readonly SetFacts[];
  readonly runs: readonly Run[];
  readonly failed: readonly FailedRun[];
  readonly latencies: readonly Latency[];
  /** An empty bucket, from the start of `kuva run` to its end: what each run pays once. Seconds. */
  readonly emptyRunSeconds: readonly number[];
}
