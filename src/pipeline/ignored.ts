import picomatch from 'picomatch';
import type { SeenObject } from '../ledger/contract.ts';

/**
 * What in an input bucket is not meant for us:
 * - the empty objects `folder/` that S3 browsers make to show a folder, and
 * - in folders, names that match one of `patterns` (temporary and system files), by any part of their path.
 */
export function ignoring(patterns: readonly string[]): (object: SeenObject) => boolean {
  const matches = patterns.map((pattern) => picomatch(pattern, { dot: true }));
  return ({ key, size }) => {
    if (size === 0 && key.endsWith('/')) return true;
    return matches.length > 0 && key.split('/').some((part) => matches.some((match) => match(part)));
  };
}
