import { showBytes } from '../../image/quantity.ts';
import { unsupported } from '../refusal.ts';
import { attributesOf, markupOf } from './markup.ts';

/** More than any drawing has that can be rendered; a text must fit into one string to be read. */
const longest = 100e6;

/**
 * The renderer loads nothing from outside the file (librsvg has no base address for bytes in memory), and would
 * leave such parts out without a word. So a drawing that needs them is refused.
 * @throws KuvaError `format-unsupported`
 */
export function refuseExternalReferences(bytes: Buffer): void {
  if (bytes.length > longest) {
    throw unsupported(
      `The SVG has ${showBytes(bytes.length)}, and drawings are read up to ${showBytes(longest)}`,
      'Export it as PNG or TIFF, and upload that.',
    );
  }
  const found = externalReference(textOf(bytes));
  if (found === undefined) return;
  throw unsupported(
    `The SVG refers to something outside of itself (${found.slice(0, 60)}), which is never loaded`,
    'Embed pictures, styles and fonts into the SVG, and upload that.',
  );
}

/** UTF-16 where its byte order mark says so; every other encoding has ASCII's characters where ASCII has them. */
function textOf(bytes: Buffer): string {
  const even = bytes.subarray(0, bytes.length & ~1);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return even.toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(even).swap16().toString('utf16le');
  return bytes.toString('utf8');
}

/** Elements that show or use what their `href` leads to. */
const showing =
  /^<(?:[\w.-]+:)?(?:image|use|feImage|tref|linearGradient|radialGradient|pattern|filter|textPath|include)(?![\w:.-])/i;
const styleSheet = /^<\?xml-stylesheet\b/i;
const href = /^(?:[\w.-]+:)?href$/i;
const entity = /^<!ENTITY\s+(?:%\s+)?[^\s"']+\s+(?:SYSTEM|PUBLIC)\s+["']([^"']+)/i;

/**
 * A drawing may be written so that a careless pattern reads it again from each of its characters: no two neighbours
 * in these may take the same character.
 */
const inStyles = [/url\(\s*(?:["']\s*)?([^"')\s]+)/gi, /@import\s+["']([^"']+)/gi];

function externalReference(text: string): string | undefined {
  for (const pattern of inStyles) {
    for (const [, target = ''] of text.matchAll(pattern)) if (leadsOutside(target)) return target;
  }
  for (const markup of markupOf(text)) {
    if (showing.test(markup) || styleSheet.test(markup)) {
      for (const target of attributesOf(markup, href)) if (leadsOutside(target)) return target.trim();
    }
    const target = entity.exec(markup)?.[1];
    if (target !== undefined) return target;
  }
  return undefined;
}

/** Quotes as browsers write them within an attribute. */
const quote = /^(?:&quot;|&apos;|&#3[49];)/;

/** `#id` and `data:` are inside. */
function leadsOutside(target: string): boolean {
  const address = target.trim().replace(quote, '').trimStart();
  return address !== '' && !address.startsWith('#') && !/^data:/i.test(address);
}
