import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createPaint } from '../../src/cli/paint.ts';
import { displayWidth } from '../../src/cli/displayWidth.ts';

describe('Colours', () => {
  it('are those of paint, and no sequence that somebody else has written', () => {
    const { paint, show } = createPaint(true);
    const hostile = '\u001b[2Jcat\u001b[31m.jpg\u009b5m\u001b]0;title\u0007';
    const shown = show(`${paint('green', '✓')} ${hostile}`);
    expect(shown).toBe('\u001b[32m✓\u001b[39m \\u{1b}[2Jcat\\u{1b}[31m.jpg\\u{9b}5m\\u{1b}]0;title\\u{7}');
    expect(show(paint('bold', paint('red', hostile)))).not.toContain('\u001b[2J');
  });

  it('take no room in a column', () => {
    const { paint, show } = createPaint(true);
    expect(displayWidth(paint('red', 'four'))).toBe(4);
    expect(stripVTControlCharacters(show(paint('gray', 'four')))).toBe('four');
  });

  it('are none where the terminal has none', () => {
    const { paint, show } = createPaint(false);
    expect(show(`${paint('red', '✗')} \u001b[31mcat`)).toBe('✗ \\u{1b}[31mcat');
  });
});
