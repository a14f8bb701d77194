/** What somebody who looks needs of the ledger, and no worker does: searching, following, the past. */
import type { ImageFormat } from '../../image/format.ts';
import type { Facts } from '../../image/facts.ts';
import type { FactsQuery } from '../../image/factsQuery.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { ImageState } from '../../image/state.ts';

/** One line about an image. What an output has is left out unless the image is done. */
export interface ImageSummary {
  readonly id: bigint;
  readonly key: ObjectKey;
  readonly state: ImageState;
  /** Its last change of state. */
  readonly at: Date;
  /** Of the input. */
  readonly bytes: number;
  readonly worker?: string;
  /** The key of its first output, and how many there are. */
  readonly output?: ObjectKey;
  readonly outputs?: number;
  readonly inputFormat?: ImageFormat;
  readonly format?: ImageFormat;
  /** Of the first output, in pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly outputBytes?: number;
  readonly inputSha256?: string;
  readonly outputSha256?: string;
  /** Milliseconds by phase. */
  readonly ms?: Readonly<Record<string, number>>;
  /** Of the first output, where they were asked for. */
  readonly facts?: Facts;
  readonly code?: string;
  readonly what?: string;
  readonly remedy?: string;
}

export interface SearchFilter {
  /** As in `LogFilter`. */
  readonly name?: string;
  readonly states?: readonly ImageState[];
  /** Of an input or an output; lower case. */
  readonly sha256?: string;
  /** True of the facts of one of its records at least. */
  readonly facts?: FactsQuery;
  readonly since?: Date;
  readonly until?: Date;
}

/** A place in the order of the images: by their last change, newest first. */
export interface Place {
  /** To the microsecond, as PostgreSQL writes it. */
  readonly at: string;
  readonly id: bigint;
}

export interface SearchPage {
  readonly images: readonly ImageSummary[];
  /** Where to go on. Left out at the end. */
  readonly next?: Place;
  /** With `next`: everything down to this time was looked at. */
  readonly searchedTo?: Date;
}

/** Images that came to an end (done, rejected, failed, superseded) since the last look. */
export interface Ended {
  /** The newest, newest first. */
  readonly images: readonly ImageSummary[];
  /** How many there were. */
  readonly total: number;
}

/** Looks again and again at what came to an end, each time at what is new. */
export interface EndedFollower {
  next(): Promise<Ended>;
}

export const historySpans = {
  /** By minutes. */
  hour: { step: 60, steps: 60 },
  /** By quarters of an hour. */
  day: { step: 900, steps: 96 },
} as const;
export type HistorySpan = keyof typeof historySpans;

export interface History {
  /** Seconds. */
  readonly step: number;
  readonly from: Date;
  readonly done: readonly number[];
  readonly setAside: readonly number[];
  /** Of the inputs that were done. */
  readonly bytes: readonly number[];
}

/** An image that is not the only one of its kind. */
export interface DuplicateImage {
  readonly id: bigint;
  readonly bucket: string;
  readonly key: ObjectKey;
  /** When it was first recorded. */
  readonly at: Date;
  /** What it looks like, where that was asked for. */
  readonly hash?: string;
}

export interface Duplicates {
  /** Of the input, where it is the same. */
  readonly sha256?: string;
  /** Oldest first. */
  readonly images: readonly DuplicateImage[];
}

export interface Catalogue {
  /**
   * Images by their last change, newest first. Each statement looks at a bounded number of rows and `milliseconds`
   * bound them all together; what is rare is then looked for in one pass over the ledger, as long as that takes some
   * seconds at most. A page may therefore be short, or empty, and have a `next`.
   */
  search(
    filter: SearchFilter,
    page: {
      readonly from?: Place;
      readonly limit: number;
      readonly milliseconds?: number;
      /** Facts as well, which may be much. */
      readonly withFacts?: boolean;
    },
  ): Promise<SearchPage>;
  /** From now on. */
  followEnded(most: number): Promise<EndedFollower>;
  history(span: HistorySpan): Promise<History>;
  /** Images whose inputs had the same bytes. */
  sameBytes(): AsyncIterable<Duplicates>;
  /**
   * Images whose perceptual hashes, a fact at this path, differ in so many bits at most. All hashes are held in memory
   * meanwhile: some 200 bytes an image.
   */
  lookAlike(path: readonly string[], distance: number): AsyncIterable<Duplicates>;
}
