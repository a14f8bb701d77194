import { describe, expect, it } from 'vitest';
import { visible, visibleJson, visibleLines } from '../../src/image/visible.ts';

/** What may not reach a terminal: C0 but newline and tab, DEL, C1, and what turns the direction of a line around. */
const dangerous = [
  ...[...Array(0x20).keys()].filter((code) => code !== 9 && code !== 10),
  ...[...Array(0x21).keys()].map((at) => 0x7f + at),
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x2028, 0x2029],
].map((code) => String.fromCodePoint(code));

describe('Text that is shown', () => {
  it('has no character that steers a terminal or turns a line around', () => {
    for (const character of dangerous) {
      const code = (character.codePointAt(0) ?? 0).toString(16);
      expect(visible(`a${character}b`)).toBe(`a\\u{${code}}b`);
      expect(visibleLines(`a${character}b`)).toBe(`a\\u{${code}}b`);
    }
  });

  it('is one line where it must be, and keeps its line ends and tabs where it may', () => {
    expect(visible('a\n\tb')).toBe('a\\u{a}\\u{9}b');
    expect(visibleLines('a\n\tb')).toBe('a\n\tb');
  });

  it('leaves letters of all scripts and emoji as they are', () => {
    const text = 'Ääkköset 日本 عربي 👨‍👩‍👧 ✓ → …';
    expect([visible(text), visibleLines(text)]).toEqual([text, text]);
  });

  it('is, as JSON, the same value without any of these characters', () => {
    for (const character of [...dangerous, '\ud800', '\u{e0041}', '\u200d']) {
      const json = visibleJson(JSON.stringify({ key: `a${character}b` }));
      expect(JSON.parse(json)).toEqual({ key: `a${character}b` });
      expect(json).not.toContain(character);
    }
    expect(visibleJson('{\n  "a": 1\n}')).toBe('{\n  "a": 1\n}');
  });
});
