import type { FailureCode } from '../../../image/failure.ts';

/**
 * What may be the reason that an image is set aside, in a few words: the same as in `failureKinds`, which a test holds
 * them to. That table itself is more than a page needs that shall weigh little.
 */
export const asideTitles = {
  'key-invalid': 'unusable object name',
  'output-key-too-long': 'output name too long',
  'output-key-taken': 'output name belongs to another image',
  'not-an-image': 'not an image',
  'format-unsupported': 'image format not supported',
  'image-damaged': 'image damaged or cut short',
  'image-too-large': 'image larger than the limits',
  'step-impossible': 'recipe does not fit this image',
  'transform-timeout': 'image took too long',
  'transform-crashed': 'image crashed its worker',
  'transform-failed': 'transforming failed',
  'skipped-by-rule': 'left alone by a rule',
  'step-failed': 'own step failed',
  'step-rejected': 'rejected by an own step',
  'object-exists': 'another object has that name',
  'store-protocol': 'object store gave an answer that makes no sense',
  'store-corrupted': 'bytes were damaged on the way',
  'database-failed': 'database refused a statement',
  internal: 'a fault in kuva itself',
} as const satisfies Partial<Record<FailureCode, string>>;
