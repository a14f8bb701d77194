/** What the ledger tells of images. */
import type { FactsQuery } from '../../image/factsQuery.ts';
import type { ImageFormat } from '../../image/format.ts';
import type { ImageIdentity } from '../../image/identity.ts';
import type { ImageState } from '../../image/state.ts';
import type { FailureNote } from './attempt.ts';

export interface ImageRow {
  readonly id: bigint;
  readonly image: ImageIdentity;
  readonly size: number;
  readonly state: ImageState;
  readonly round: number;
  readonly attempts: number;
  readonly worker: string | undefined;
  readonly discoveredAt: Date;
  readonly queuedAt: Date;
  readonly startedAt: Date | undefined;
  readonly settledAt: Date | undefined;
  readonly failure: FailureNote | undefined;
  readonly movedTo: string | undefined;
}

/** An image that is done, and what is left of its input. */
export interface FinishedImage {
  readonly id: bigint;
  readonly image: ImageIdentity;
  /** Bytes. */
  readonly size: number;
  /** `input`: where it was; `archive`: moved; `gone`: removed, so that nothing more can be made of it. */
  readonly input: 'input' | 'archive' | 'gone';
  /** The bucket that it was moved to. */
  readonly archiveBucket?: string;
  /** Of the newest record; absent when it was made without outputs. */
  readonly newest?: {
    readonly recipeDigest: string;
    readonly rule?: string;
    readonly format: ImageFormat;
    readonly width: number;
    readonly height: number;
    readonly pages: number;
  };
}

/** What the ledger says of an object that lies in an input bucket. */
export interface KnownState {
  readonly state: ImageState;
  /** It is done, and its input stays. */
  readonly kept: boolean;
  readonly failure?: string;
}

export interface LogFilter {
  /** Only this image, by its number in the ledger. */
  readonly imageId?: bigint;
  /** Matches input or output key: `*` and `?` as wildcards, else a part of the name. Case counts. */
  readonly name?: string;
  readonly states?: readonly ImageState[];
  readonly since?: Date;
  readonly until?: Date;
  /** Only records that this is true of. */
  readonly facts?: FactsQuery;
  /** Newest first unless `oldestFirst`. */
  readonly oldestFirst?: boolean;
  readonly limit?: number;
  /** Of several records for one output object, only the newest: what should lie in the bucket now. */
  readonly currentOnly?: boolean;
  /** Only records with a higher id: for following. */
  readonly afterRecord?: bigint;
}
