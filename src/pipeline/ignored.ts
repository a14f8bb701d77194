import type { SeenObject } from '../ledger/contract/attempt.ts';
import { anyPattern } from './choose/choose.ts';

export interface Wanted {
  /** Only keys that fit one of these; left out: all. */
  readonly include?: readonly string[] | undefined;
  /** None that fit one of these. */
  readonly exclude?: readonly string[] | undefined;
}

/**
 * Why something in an input bucket is not meant for us, or undefined:
 * - the empty objects `folder/` that S3 browsers make to show a folder,
 * - in folders, names that match one of `patterns` (temporary and system files), by any part of their path, and
 * - what `include` does not name, or `exclude` does.
 */
export function whyIgnored(
  patterns: readonly string[],
  { include, exclude }: Wanted = {},
): (object: Pick<SeenObject, 'key' | 'size'>) => string | undefined {
  const included = include && anyPattern(include);
  const excluded = exclude && anyPattern(exclude);
  const leftAlone = anyPattern(patterns);
  return ({ key, size }) => {
    if (size === 0 && key.endsWith('/')) return 'it only shows a folder';
    if (patterns.length > 0 && key.split('/').some((part) => leftAlone(part)))
      return 'a name of temporary or system files: `worker: ignore:`';
    if (excluded?.(key) === true) return '`exclude:` names it';
    return included?.(key) === false ? '`include:` does not name it' : undefined;
  };
}

/** {@link whyIgnored}, as discovery asks it. */
export function ignoring(patterns: readonly string[], wanted: Wanted = {}): (object: SeenObject) => boolean {
  const why = whyIgnored(patterns, wanted);
  return (object) => why(object) !== undefined;
}
