import { stripVTControlCharacters } from 'node:util';

/** Columns that a text takes on a terminal: without colours, wide characters counted twice. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of graphemes().segment(plain)) width += wide.test(segment) ? 2 : 1;
  return width;
}

let segmenter: Intl.Segmenter | undefined;

/** Made when it is needed first: it takes longer than all else that a short command does. */
function graphemes(): Intl.Segmenter {
  return (segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' }));
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
