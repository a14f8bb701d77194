/** Where a drawing refers to, found in time that grows with its length alone. */
import { describe, expect, it } from 'vitest';
import { refuseExternalReferences } from '../../src/transform/svg/references.ts';

const refuse = (text: string | Buffer) => () => {
  refuseExternalReferences(Buffer.from(text));
};

describe('a drawing that refers to something outside', () => {
  it.each([
    ['behind a bracket in another attribute', '<use data-x=">" href="a.svg#b"/>'],
    ['by a prefix of its own', '<use x:href="a.svg#b"/>'],
    ['with spaces everywhere', '<image\n  xlink:href = "  a.png  "/>'],
    ['without a space between attributes', '<image id="a"href="a.png"/>'],
    ['in a style sheet for the whole', '<?xml-stylesheet type="text/css" href="a.css"?><svg/>'],
    ['by a quoted address in a style', '<g style="fill: url( &quot;a&quot; ), url( \'b.svg#c\' )"/>'],
    ['in an entity', '<!DOCTYPE svg [<!ENTITY % x SYSTEM "a.dtd">]>'],
    ['in an entity’s text', `<!DOCTYPE svg [<!ENTITY x '<image href="a.png"/>'>]>`],
  ])('is refused: %s', (_where, text) => {
    expect(refuse(text)).toThrow(/outside/);
    expect(refuse(Buffer.from(`\uFEFF${text}`, 'utf16le'))).toThrow(/outside/);
  });

  it.each([
    ['shapes and colours inside', '<use href=" #a"/><rect fill="url(#b)"/><rect fill="url( \'#b\' )"/>'],
    ['quotes that a browser wrote', '<g style="fill: url(&quot;#b&quot;)"/>'],
    ['embedded pictures', '<image href="data:image/png;base64,AAAA"/>'],
    ['links for a reader to follow', '<a href="https://example.org/">text</a>'],
    ['other elements with such names', '<imageset href="a"/><use-case href="b"/>'],
    ['other attributes with such names', '<use data-href="a" hreflang="fi"/>'],
    ['its document type', '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/TR/svg11.dtd">'],
  ])('is not mistaken for one that has %s', (_what, text) => {
    expect(refuse(text)).not.toThrow();
  });
});

describe('a drawing that was made to be read for hours', () => {
  // Patterns that read on from each beginning took 2 s for the 16,000 that fit into 250 kB, and four times that for twice as many.
  it.each([
    ['elements that do not end', '<use '],
    ['attributes that do not end', '<image xlink:href=" '],
    ['style sheets that do not end', '<?xml-stylesheet '],
    ['texts to include that do not end', '<xi:include '],
    ['addresses that do not begin', 'url('],
    ['addresses of spaces', 'url( " '],
    ['imports of spaces', '@import  '],
    ['entities that do not end', '<!ENTITY % a '],
    ['names without values', '<use a = a = a '],
    ['spaces', ' '],
  ])('is read in one go: %s', (_what, part) => {
    const text = `<svg>${part.repeat(400_000)}`;
    const begun = performance.now();
    try {
      refuse(text)();
    } catch {
      // Refused as soon: as good.
    }
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  it.each([
    ['within an attribute', `<use href="${' '.repeat(4e6)}`],
    ['before an attribute', `<use ${' '.repeat(4e6)}`],
    ['in an address', `url(${' '.repeat(4e6)}`],
    ['in a quoted address', `url("${' '.repeat(4e6)}`],
    ['in an entity', `<!ENTITY ${' '.repeat(4e6)}`],
    ['of names without a value', `<use ${'a '.repeat(2e6)}`],
    ['of quotes', `<use a=${'"'.repeat(4e6)}`],
  ])('is read in one go: a long row %s', (_where, text) => {
    const begun = performance.now();
    refuse(text)();
    expect(performance.now() - begun).toBeLessThan(15_000);
  });
});
