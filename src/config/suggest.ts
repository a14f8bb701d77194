import { closest, distance } from 'fastest-levenshtein';

/** The one of `known` that somebody who wrote `text` probably meant, or undefined. */
export function suggest(text: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || text === '') return undefined;
  const plain = (word: string) => word.toLowerCase().replace(/[\s_-]/g, '');
  const same = known.find((word) => plain(word) === plain(text));
  if (same !== undefined) return same;
  const nearest = closest(text.toLowerCase(), known);
  const allowed = nearest.length <= 3 ? 1 : nearest.length <= 6 ? 2 : 3;
  return distance(text.toLowerCase(), nearest.toLowerCase()) <= allowed ? nearest : undefined;
}

/** For a place without a scheme, or with a strange one. */
export function suggestScheme(text: string): string | undefined {
  const bucket = /^(?:[a-z0-9]+:\/*)?([A-Za-z0-9][A-Za-z0-9._-]{2,254})\/?$/.exec(text)?.[1];
  return bucket === undefined || text.includes('\\') ? undefined : `s3://${bucket}`;
}
