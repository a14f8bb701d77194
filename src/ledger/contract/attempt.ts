/** One try at one image: what it knows, which keys it is granted, and how it ends. */
import type { FailureCode } from '../../image/failure.ts';
import type { ImageIdentity } from '../../image/identity.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { ImageState } from '../../image/state.ts';

/** An object that a listing showed. */
export interface SeenObject {
  readonly key: ObjectKey;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date;
}

/** What a job says of its image, so that a worker knows what to ask for before it begins. */
export interface QueuedImage {
  readonly id: bigint;
  readonly image: ImageIdentity;
  /** Bytes. */
  readonly size: number;
}

/** One try at one image by one worker. Whoever begins the next try ends this one: every later call with it says `lost`. */
export interface Attempt {
  readonly imageId: bigint;
  readonly image: ImageIdentity;
  readonly size: number;
  /** 1 for the first try of a round. */
  readonly number: number;
  /**
   * 1 for the first time that these bytes lie under this key; one more each time they are put there again after
   * they had been done. Records are counted by round, so that the same upload is never logged twice.
   */
  readonly round: number;
  /** Fencing token: higher for every attempt in this database. */
  readonly token: bigint;
  /** Milliseconds between queueing and this attempt's begin. */
  readonly waitedMs: number;
  /** True when this round's records are committed already: only the input is left to remove. */
  readonly committed: boolean;
  /** Where each output of the recipe goes, by output name, as granted: see `begin` in ledger.ts. */
  readonly outputKeys: ReadonlyMap<string, GrantedKey>;
  /** The input is read from here, and stays: it was moved when it was done, and is done once more. */
  readonly source?: ArchivedInput;
}

/** The copy of an input that was moved when it was done. */
export interface ArchivedInput {
  readonly bucket: string;
  readonly key: ObjectKey;
  readonly etag: string;
}

/** By which recipe an image was made. */
export interface RecipeNote {
  readonly digest: string;
  readonly text: string;
  /** The rule that chose it; left out: there are none, or none fitted. */
  readonly rule?: string;
}

export interface GrantedKey {
  readonly key: ObjectKey;
  /** What this very image was last given under this key, if it was done before: the one object that may be overwritten. */
  readonly previous?: { readonly etag: string; readonly sha256: string };
}

export interface WantedKey {
  readonly output: string;
  /** What the recipe asks for. */
  readonly key: ObjectKey;
  /** Taken when `key` belongs to another image. */
  readonly alternative: ObjectKey;
}

/** What happens when the key of an output belongs to another image's output. */
export type KeyConflict = 'keep-both' | 'replace' | 'reject';

export type Begin =
  | { readonly outcome: 'begun'; readonly attempt: Attempt }
  /** Nothing to do now: done already, superseded, unknown; or `queued`, when an output key is in another one's hands. */
  | { readonly outcome: 'over'; readonly state: ImageState | undefined }
  /** Earlier attempts ended without a word (a killed worker) and the last one was used up: it is now `failed`. */
  | { readonly outcome: 'exhausted' };

export interface FailureNote {
  readonly code: FailureCode;
  /** What happened, in one sentence. */
  readonly what: string;
  readonly remedy?: string;
}

/** How an attempt ended. `lost` is answered when another attempt has begun since; nothing was changed then. */
export type Settlement =
  /** `kept`: its input stays where it is, and is nothing new to whoever sees it there. */
  | { readonly state: 'done'; readonly kept?: true }
  /** A rule says that such images are left alone. */
  | { readonly state: 'skipped'; readonly failure: FailureNote }
  /** An image that was moved away in an earlier round stays `rejected`, with its reason and its place. */
  | { readonly state: 'superseded'; readonly failure: FailureNote }
  | { readonly state: 'rejected'; readonly failure: FailureNote; readonly movedTo?: string }
  /** Costs an attempt: queued again after `delayMs`, or failed when it was the last one. */
  | { readonly state: 'attempt-failed'; readonly failure: FailureNote; readonly delayMs: number }
  /** Costs no attempt: an outage, or a clean stop. */
  | { readonly state: 'postponed'; readonly failure?: FailureNote; readonly delayMs: number };

/** The keys that the outputs of an image should have. */
export interface KeyWish {
  readonly wanted: readonly WantedKey[];
  readonly outputBucket: string;
  readonly conflict: KeyConflict;
}

export interface BeginOptions extends KeyWish {
  readonly worker: string;
  /** Attempts that an image has before it fails. */
  readonly maxAttempts: number;
}
