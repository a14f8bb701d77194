/** How it goes. */
import type { FailureCode } from '../../image/failure.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { ImageState } from '../../image/state.ts';
import type { Outage } from './outage.ts';

export interface WorkerRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: Date;
  readonly alive: boolean;
  readonly discovering: boolean;
  /** Images that it has in work. */
  readonly processing: number;
  /** The one of them that it has had for longest. */
  readonly longest: { readonly key: ObjectKey; readonly since: Date } | undefined;
}

export interface LedgerStatus {
  readonly counts: Readonly<Record<ImageState, number>>;
  readonly records: number;
  /** When the oldest image that is still queued was put in. */
  readonly oldestQueuedAt: Date | undefined;
  readonly lastDoneAt: Date | undefined;
  /** When an image last came to an end, whichever: done, set aside, superseded. */
  readonly lastEndedAt: Date | undefined;
  /** The last whole look over the input bucket. */
  readonly lastPass: LastPass | undefined;
  /** The database's clock, which all these times are of. */
  readonly now: Date;
  /** Images done in the last minute and hour. */
  readonly doneLastMinute: number;
  readonly doneLastHour: number;
  readonly failures: readonly {
    readonly code: FailureCode;
    readonly state: ImageState;
    readonly count: number;
  }[];
  readonly workers: readonly WorkerRow[];
  /** What is in the way right now, and since when: set and cleared by workers. */
  readonly outages: readonly Outage[];
}

export interface LastPass {
  readonly at: Date;
  readonly worker: string;
  /** Objects in the bucket. */
  readonly seen: number;
  /** Images that were new. */
  readonly queued: number;
  /** Milliseconds. */
  readonly took: number;
}
