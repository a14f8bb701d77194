import type { KuvaError } from '../image/failure.ts';
import type { ImageIdentity } from '../image/identity.ts';
import type { ObjectKey } from '../image/key.ts';
import type { DeleteOutcome } from '../store/contract.ts';

/** How one attempt at an image ended. */
export type ImageEnd =
  | {
      readonly kind: 'done';
      readonly image: ImageIdentity;
      readonly outputs: readonly {
        readonly key: ObjectKey;
        readonly sha256: string;
        readonly bytes: number;
      }[];
      /**
       * `changed` and `missing`: its owner replaced or removed the input meanwhile; it was left alone. `kept`: it stays
       * where it is, as configured.
       */
      readonly input: DeleteOutcome | 'kept';
    }
  | {
      readonly kind: 'rejected' | 'failed' | 'superseded' | 'skipped' | 'attempt-failed' | 'postponed';
      readonly image: ImageIdentity;
      readonly failure: KuvaError;
    }
  /** Another worker has taken the image over; this one changed nothing more. */
  | { readonly kind: 'lost'; readonly image: ImageIdentity };

/** What happened to an image, told to whoever shows it: the log, the progress bar, the metrics. */
export type ImageEvent = ImageEnd & {
  /** Its number in the ledger: the same in everything that is told about this image. */
  readonly id: bigint;
  /** 1 for the first try; undefined when none was begun. */
  readonly attempt: number | undefined;
  /** Bytes of the input. */
  readonly size: number;
  /** Milliseconds by phase, as far as it came: `wait`, `get`, `transform`, `hash`, `put`, `delete`. */
  readonly durations: Readonly<Record<string, number>>;
};

export type ImageEventKind = ImageEvent['kind'];
