import type { ObjectKey } from '../../src/image/key.ts';
import type { ImageState } from '../../src/image/state.ts';
import type { ArchivedInput, FailureNote } from '../../src/ledger/contract/attempt.ts';
import type { NewOutage } from '../../src/ledger/contract/outage.ts';
import type { LedgerRecord } from '../../src/ledger/contract/record.ts';

/** The rows that the ledger in memory keeps: the tables of src/ledger/migrations/. Times are the database's, in ms. */
export interface Image {
  readonly id: bigint;
  readonly pipeline: string;
  readonly bucket: string;
  readonly key: ObjectKey;
  readonly etag: string;
  size: number;
  state: ImageState;
  round: number;
  committedRound: number;
  attempts: number;
  maxAttempts: number;
  token: bigint;
  worker: string | undefined;
  readonly discoveredAt: number;
  queuedAt: number;
  dueAt: number;
  startedAt: number | undefined;
  settledAt: number | undefined;
  changedAt: number;
  failure: FailureNote | undefined;
  movedTo: string | undefined;
  kept: boolean;
  archived: ArchivedInput | undefined;
  fromArchive: boolean;
}

export interface OutputKey {
  imageId: bigint;
  readonly bucket: string;
  readonly key: ObjectKey;
  /** Undefined: granted, and nothing written yet. */
  written: { readonly record: bigint; readonly etag: string; readonly sha256: string } | undefined;
}

export interface Job {
  readonly id: number;
  readonly pipeline: string;
  readonly imageId: bigint;
  dueAt: number;
  /** The pool that has it in work. */
  lockedBy: string | undefined;
  /** Replaced by another job while it was in work: it is never handed out again. */
  replaced: boolean;
}

/** A connection; what it locks goes with it. */
export interface Session {
  readonly lost: AbortController;
  readonly worker: string;
}

export interface Worker {
  readonly id: string;
  readonly pipeline: string;
  readonly version: string;
  readonly startedAt: number;
  pools: readonly string[];
  session: Session;
  beatAt: number;
  readonly lease: number;
  lostSince: number | undefined;
}

export interface KeptRecord extends LedgerRecord {
  /** To the microsecond. */
  readonly at: number;
}

export interface Tables {
  readonly images: Map<bigint, Image>;
  readonly records: KeptRecord[];
  readonly outputKeys: Map<string, OutputKey>;
  readonly jobs: Map<number, Job>;
  readonly workers: Map<string, Worker>;
  readonly outages: Map<string, readonly (NewOutage & { since: number })[]>;
}
