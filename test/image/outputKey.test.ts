import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxKeyBytes, parseObjectKey } from '../../src/image/key.ts';
import { defaultKeyPattern, keyPatternFault, markedKey, outputKey } from '../../src/image/outputKey.ts';

const key = (pattern: string, input: string, extension?: string) =>
  String(outputKey(pattern, parseObjectKey(input), extension));

const anyKey = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((text) => text.isWellFormed() && !text.includes('\0'));

describe('an output key', () => {
  it.each([
    ['cat.jpg', 'negated_cat.jpg'],
    ['a/b/cat.jpg', 'a/b/negated_cat.jpg'],
    ['a//cat.jpg', 'a//negated_cat.jpg'],
    ['x/../y.png', 'x/../negated_y.png'],
    ['/lead', '/negated_lead'],
    ['a/', 'a/negated_'],
    ["anna's.jpg", "negated_anna's.jpg"],
    ['{name}.jpg', 'negated_{name}.jpg'],
    ['$&$1.jpg', 'negated_$&$1.jpg'],
  ])('is by default the tutorial’s: %s becomes %s', (input, expected) => {
    expect(key(defaultKeyPattern, input)).toBe(expected);
  });

  it.each([
    ['{key}.txt', 'a/cat.tar.gz', 'a/cat.tar.gz.txt'],
    ['{stem}|{ext}|{dir}', 'a/cat.tar.gz', 'cat.tar|.gz|a/'],
    ['{stem}|{ext}', '.hidden', '.hidden|'],
    ['{stem}|{ext}', 'name.', 'name.|'],
    ['{stem}|{ext}', 'a.b/name', 'name|'],
    ['{{{stem}}}', 'cat.jpg', '{cat}'],
    ['{{stem}}{stem}', 'cat.jpg', '{stem}cat'],
    ['{{{{{stem}', 'cat.jpg', '{{cat'],
  ])('is made by its pattern: %s of %s is %s', (pattern, input, expected) => {
    expect(keyPatternFault(pattern)).toBeUndefined();
    expect(key(pattern, input)).toBe(expected);
  });

  it('has the extension of the format that the recipe converts to', () => {
    expect(key('{dir}{stem}{ext}', 'a/cat.png', '.webp')).toBe('a/cat.webp');
    expect(key('{dir}{stem}{ext}', 'a/cat', '.webp')).toBe('a/cat.webp');
    // The name is the input's own.
    expect(key('{dir}{name}', 'a/cat.png', '.webp')).toBe('a/cat.png');
  });

  it('is never one that S3 refuses for its length', () => {
    const long = 'ä'.repeat(maxKeyBytes / 2);
    expect(() => key(defaultKeyPattern, long)).toThrow(/name of 1032 bytes/);
  });

  it('differs for different inputs, with the default pattern', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (one, other) => {
        fc.pre(one !== other);
        expect(key(defaultKeyPattern, one)).not.toBe(key(defaultKeyPattern, other));
      }),
    );
  });

  it('holds the input’s key unchanged where the pattern says so', () => {
    fc.assert(
      fc.property(anyKey, (input) => {
        expect(key('out/{key}', input)).toBe(`out/${input}`);
        expect(key('{dir}{stem}{ext}', input)).toBe(input);
        expect(key('{dir}{name}', input)).toBe(input);
      }),
    );
  });
});

describe('a key pattern', () => {
  it.each([
    ['', /empty/],
    [`{name}${'x'.repeat(300)}`, /longer than 256 bytes/],
    ['{nam}', /\{nam\} is not known/],
    ['{}', /\{\} is not known/],
    ['{name', /brace/],
    ['name}', /brace/],
    ['{{name}', /brace/],
    ['{stem}}', /brace/],
    ['fixed.jpg', /same name/],
    ['{dir}x{ext}', /same name/],
    ['{{name}}', /same name/],
    ['{na me}{name}', /brace|not known/],
    ['{{{{name}}}}', /same name/],
  ])('%j is refused', (pattern, message) => {
    expect(keyPatternFault(pattern)).toMatch(message);
  });

  it('that is accepted gives no brace but those that were written twice, or stood in the input', () => {
    const part = fc.oneof(
      fc.constantFrom('{key}', '{dir}', '{name}', '{stem}', '{ext}', '{{', '}}', '{', '}'),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const pattern = parts.join('').replaceAll('\0', '');
        fc.pre(keyPatternFault(pattern) === undefined);
        const braces = (text: string) => text.replace(/[^{}]/g, '').length;
        const doubled = (pattern.match(/\{\{|\}\}/g) ?? []).length;
        expect(braces(key(pattern, 'folder/cat.jpg'))).toBe(doubled);
      }),
      { numRuns: 500 },
    );
  });
});

describe('single braces beside doubled ones', () => {
  it.each(['{key}}{{}', '{key}{', '{{{key}}', '{key}}}{'])('are a fault: %s', (pattern) => {
    expect(keyPatternFault(pattern)).toContain('brace');
  });

  it('are none where they pair up: {key}}}', () => {
    expect(keyPatternFault('{key}}}')).toBeUndefined();
    expect(String(outputKey('{{{key}}}', parseObjectKey('cat.jpg')))).toBe('{cat.jpg}');
  });
});

describe('a marked key', () => {
  it.each([
    ['a/negated_cat.jpg', 'a/negated_cat~1f2e3d4c.jpg'],
    ['negated_', 'negated_~1f2e3d4c'],
    ['a.b/c', 'a.b/c~1f2e3d4c'],
    ['.hidden', '.hidden~1f2e3d4c'],
  ])('stands before the extension: %s', (input, expected) => {
    expect(String(markedKey(parseObjectKey(input), '1f2e3d4c'))).toBe(expected);
  });

  it('is shortened at the end of the stem where it would be too long', () => {
    const key = String(markedKey(parseObjectKey(`a/${'ä'.repeat(508)}.jpg`), '1f2e3d4c'));
    expect(key).toBe(`a/${'ä'.repeat(504)}~1f2e3d4c.jpg`);
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
  });

  it('tells when even that does not help', () => {
    expect(() => markedKey(parseObjectKey(`${'a/'.repeat(511)}b`), '1f2e3d4c')).toThrow(/name of 1031 bytes/);
  });
});
