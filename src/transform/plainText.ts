/** Telling text, web pages and SVG apart: people upload all of them under an image's name. */

/** How much of a file is looked at. */
const sample = 4096;

export function looksLikeSvg(bytes: Buffer): boolean {
  const text = decoded(bytes);
  if (text === undefined) return false;
  // Declarations, comments and the doctype may stand before the root element.
  const root = text
    .replace(/^\uFEFF?\s*/, '')
    .replace(/^(<\?[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE(\[[^\]]*\]|[^[>])*>|\s+)*/i, '');
  return /^<(\w+:)?svg[\s>/]/i.test(root);
}

/** What kind of text the bytes are, as the end of a sentence; undefined when they are none. */
export function textFault(bytes: Buffer): string | undefined {
  const text = decoded(bytes);
  if (text === undefined) return undefined;
  const start = text.replace(/^\uFEFF?\s*/, '');
  if (start === '') return 'it holds nothing but white space';
  if (/^<(!doctype html|html|head|body)/i.test(start)) return 'it looks like a web page (HTML)';
  if (/^<\?xml|^<\w+[\s>]/.test(start)) return 'it looks like an XML text';
  if (/^version https:\/\/git-lfs/.test(start))
    return 'it is a Git LFS pointer, not the file that it points to';
  if (/^[{[]/.test(start)) return 'it looks like JSON or another text';
  return 'it looks like a text file';
}

/** The beginning as text, or undefined when it has bytes that text does not have. */
function decoded(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, sample);
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    const even = head.subarray(0, head.length & ~1);
    return head[0] === 0xff ? even.toString('utf16le') : Buffer.from(even).swap16().toString('utf16le');
  }
  // A sample may end within a character; a file may not.
  const text = head.toString('utf8').replace(/\uFFFD{1,3}$/, '');
  // Control characters are what tells data from text.
  return /[\0-\x08\x0e-\x1a\x1c-\x1f\uFFFD]/.test(text) ? undefined : text;
}
