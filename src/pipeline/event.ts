import type { KuvaError } from '../image/failure.ts';
import type { ImageIdentity } from '../image/identity.ts';
import type { ObjectKey } from '../image/key.ts';
import type { DeleteOutcome } from '../store/contract.ts';

/** What happened to an image, told to whoever shows it: the log, the progress bar. */
export type ImageEvent =
  | {
      readonly kind: 'done';
      readonly image: ImageIdentity;
      readonly outputs: readonly {
        readonly key: ObjectKey;
        readonly sha256: string;
        readonly bytes: number;
      }[];
      /** Milliseconds by phase. */
      readonly durations: Readonly<Record<string, number>>;
      /** `changed` and `missing`: its owner replaced or removed the input meanwhile; it was left alone. */
      readonly input: DeleteOutcome;
    }
  | {
      readonly kind: 'rejected' | 'failed' | 'superseded' | 'attempt-failed' | 'postponed';
      readonly image: ImageIdentity;
      readonly failure: KuvaError;
    }
  /** Another worker has taken the image over; this one changed nothing more. */
  | { readonly kind: 'lost'; readonly image: ImageIdentity };

export type ImageEventKind = ImageEvent['kind'];
