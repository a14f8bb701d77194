/**
 * The tags of an XML text, in one walk over it, whatever the text: no character is looked at more than a few times.
 * Enough for finding references; whether it is sound XML is the renderer's to say.
 */

/** From each `<` up to the next one: XML allows none within a tag's attributes. */
export function* markupOf(text: string): Generator<string> {
  let at = text.indexOf('<');
  while (at >= 0) {
    const next = text.indexOf('<', at + 1);
    yield text.slice(at, next < 0 ? undefined : next);
    at = next;
  }
}

const name = /<[?]?[^\s/>"'=]+/y;
const attribute = /[\s/]*([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;

/** The values of a tag's attributes whose names match; the reading ends where the tag does, or makes no sense. */
export function* attributesOf(markup: string, wanted: RegExp): Generator<string> {
  name.lastIndex = 0;
  if (!name.test(markup)) return;
  let at = name.lastIndex;
  for (;;) {
    attribute.lastIndex = at;
    const found = attribute.exec(markup);
    if (found === null) return;
    at = attribute.lastIndex;
    const [, called = '', double, single] = found;
    if (wanted.test(called)) yield double ?? single ?? '';
  }
}
