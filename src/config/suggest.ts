import { distance } from 'fastest-levenshtein';

/** The one of `known` that somebody who wrote `text` probably meant, or undefined. */
export function suggest(text: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || text === '') return undefined;
  const plain = (word: string) => word.toLowerCase().replace(/[\s_-]/g, '');
  const same = known.find((word) => plain(word) === plain(text));
  if (same !== undefined) return same;
  const [nearest] = known
    .map((word) => ({ word, away: distance(text.toLowerCase(), word.toLowerCase()) }))
    .toSorted((one, other) => one.away - other.away);
  if (nearest === undefined) return undefined;
  const allowed = nearest.word.length <= 3 ? 1 : nearest.word.length <= 6 ? 2 : 3;
  return nearest.away <= allowed ? nearest.word : undefined;
}

/** For a place without a scheme, or with a strange one. */
export function suggestScheme(text: string): string | undefined {
  const bucket = /^(?:[a-z0-9]+:\/*)?([A-Za-z0-9][A-Za-z0-9._-]{2,254})\/?$/.exec(text)?.[1];
  return bucket === undefined || text.includes('\\') ? undefined : `s3://${bucket}`;
}
