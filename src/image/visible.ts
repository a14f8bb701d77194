/** What steers a terminal, turns a line around or cannot be seen: controls, formats, line separators, halves of pairs. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Joins emoji to families; without it they fall apart, and it does no harm. */
const joiner = '\u200d';

/** One line that is safe on a terminal, whoever wrote it: what steers or hides is shown as `\u{1b}`. For display only. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => (character === joiner ? character : escapeOf(character)));
}

/** The same for text of several lines: line ends and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(unseen, (character) =>
    [joiner, '\n', '\t'].includes(character) ? character : escapeOf(character),
  );
}

/**
 * The same for JSON, which stays the same JSON: it has escaped U+0000 to U+001F itself, and everything else of the
 * kind stands within its texts, where an escape means the character.
 */
export function visibleJson(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function escapeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
