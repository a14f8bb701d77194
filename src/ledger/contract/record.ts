/** The rows that prove what was done. */
import type { Facts } from '../../image/facts.ts';
import type { ImageFormat } from '../../image/format.ts';
import type { ImageIdentity } from '../../image/identity.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { Way } from '../../image/way.ts';

/** One output of one image, as proven. */
export interface NewRecord {
  readonly output: string;
  readonly inputBytes: number;
  readonly inputSha256: string;
  readonly inputVersionId?: string;
  readonly inputFormat: ImageFormat;
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly inputPages: number;
  readonly outputBucket: string;
  readonly outputKey: ObjectKey;
  readonly outputEtag: string;
  readonly outputBytes: number;
  readonly outputSha256: string;
  readonly outputFormat: ImageFormat;
  readonly outputWidth: number;
  readonly outputHeight: number;
  readonly outputPages: number;
  /** How the output was made; undefined in records that were made before this was told. */
  readonly way?: Way['way'];
  /** Why it was not negated without loss, where that was tried. */
  readonly wayReason?: string;
  /** What the recipe's steps measured. */
  readonly facts?: Facts;
  /** Milliseconds by phase: `wait`, `get`, `transform`, `hash`, `put`. */
  readonly durations: Readonly<Record<string, number>>;
}

export interface LedgerRecord extends NewRecord {
  readonly id: bigint;
  /** The image's own number. */
  readonly imageId: bigint;
  readonly recordedAt: Date;
  readonly image: ImageIdentity;
  readonly round: number;
  readonly recipeDigest: string;
  readonly recipeText: string;
  /** The rule that chose the recipe, where one did. */
  readonly rule?: string;
  readonly attempt: number;
  readonly worker: string;
}
