/**
 * An image's life, drawn once:
 *
 *     (seen in the bucket) → queued → processing → done
 *                              ↑          │
 *                              ├──────────┤  an outage, or an attempt that failed with attempts left
 *                              │          ├→ rejected     can never succeed: not an image, too large, damaged
 *                              │          ├→ failed       attempts used up
 *                              │          ├→ skipped      a rule says that such images are left alone
 *                              │          └→ superseded   replaced or removed by its owner meanwhile
 *                              └── `kuva retry` (rejected, failed, skipped); the same bytes put in once more (done, superseded);
 *                                  `kuva reprocess` (done)
 */
export const imageStates = [
  'queued',
  'processing',
  'done',
  'rejected',
  'failed',
  'superseded',
  'skipped',
] as const;

export type ImageState = (typeof imageStates)[number];

/** Which states may follow which. The ledger's SQL is tested against this table. */
export const nextStates = {
  queued: ['processing'],
  processing: ['queued', 'done', 'rejected', 'failed', 'superseded', 'skipped'],
  done: ['queued'],
  rejected: ['queued'],
  failed: ['queued'],
  superseded: ['queued'],
  skipped: ['queued'],
} as const satisfies Record<ImageState, readonly ImageState[]>;
