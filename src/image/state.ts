/**
 * An image's life, drawn once:
 *
 *     (seen in the bucket) → queued → processing → done
 *                              ↑          │
 *                              ├──────────┤  an outage, or an attempt that failed with attempts left
 *                              │          ├→ rejected     can never succeed: not an image, too large, damaged
 *                              │          ├→ failed       attempts used up
 *                              │          └→ superseded   replaced or removed by its owner meanwhile
 *                              └── `kuva retry` (rejected, failed); the same bytes put in once more (done, superseded)
 */
export const imageStates = ['queued', 'processing', 'done', 'rejected', 'failed', 'superseded'] as const;

export type ImageState = (typeof imageStates)[number];

/** Which states may follow which. The ledger's SQL is tested against this table. */
export const nextStates = {
  queued: ['processing'],
  processing: ['queued', 'done', 'rejected', 'failed', 'superseded'],
  done: ['queued'],
  rejected: ['queued'],
  failed: ['queued'],
  superseded: ['queued'],
} as const satisfies Record<ImageState, readonly ImageState[]>;
