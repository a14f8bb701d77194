/** What one run of the bench found out: the JSON file is this, and the tables are made from it. */
import type { LoopDelay } from './loop/measure.ts';
import type { Machine } from './machine.ts';

/** Who does the work. The order is that of the tables. */
export const contenders = [
  'kuva',
  'python',
  'python-vips',
  'tutorial',
  'tutorial-no-sleep',
  'rclone',
  'lean',
  'sharp-one',
  'sharp-many',
  'entropy',
] as const;

export type Contender = (typeof contenders)[number];

export const setNames = ['A', 'B'] as const;

export type SetName = (typeof setNames)[number];

export interface SetFacts {
  readonly name: SetName;
  readonly width: number;
  readonly height: number;
  readonly quality: number;
  /** Where the pictures come from. */
  readonly source: string;
  /** How many of the different files are written in which way. */
  readonly ways: Readonly<Record<'standard' | 'optimised' | 'progressive', number>>;
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
  /** The same, server by server. */
  readonly servers?: Readonly<Record<string, number>>;
  /** CPU of the program told apart by what its processes are: `main`, `decoders`. */
  readonly processes?: Readonly<Record<string, number>>;
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
  /** Absent for what works in memory alone, which has no buckets. */
  readonly check?: Check;
  /** Milliseconds of an image's way by phase, as the ledger has them; ours alone. */
  readonly phases?: Readonly<Record<string, { readonly p50: number; readonly p95: number }>>;
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
  /** Does the store tell the worker of each upload? */
  readonly notifications: boolean;
  readonly milliseconds: readonly number[];
}

export interface BenchResult {
  readonly begun: string;
  readonly machine: Machine;
  readonly sets: readonly SetFacts[];
  readonly runs: readonly Run[];
  readonly failed: readonly FailedRun[];
  readonly latencies: readonly Latency[];
  readonly loops: readonly LoopDelay[];
  /** Who could not take part, and why. */
  readonly absent: Readonly<Partial<Record<Contender, string>>>;
  /** What our main process does with its time, by part; see `profile/`. Shares of its CPU time. */
  readonly mainShares?: Readonly<Partial<Record<SetName, Readonly<Record<string, number>>>>>;
  /** Milliseconds until a program is ready, several starts each. */
  readonly starts: readonly { readonly what: string; readonly milliseconds: readonly number[] }[];
  /** An empty bucket, from the start of `kuva run` to its end: what each run pays once. Seconds. */
  readonly emptyRunSeconds: readonly number[];
}
