/** Every row of docs/reliability.md names the test that shows it; a promise whose test is gone is found here. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync('docs/reliability.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| fault |'))
  .map((line) => ({ line, cells: line.split(/(?<!\\)\|/).slice(1, -1) }));

describe('docs/reliability.md', () => {
  it('has rows, each of four cells', () => {
    expect(rows.length).toBeGreaterThan(0);
    for (const { line, cells } of rows)
      expect(
        cells.map((cell) => cell.trim() !== ''),
        line,
      ).toEqual([true, true, true, true]);
  });

  it.each(
    rows.map(({ line, cells }) => [line.slice(2, 60), cells[3] ?? '']),
  )('%s…: its tests exist', (_name, cell) => {
    // `test/proof/x.test.ts` "a part of the test's title"
    const named = [...cell.matchAll(/`(test\/[^`]+\.test\.ts)`(?:\s+"([^"]+)")?/g)];
    expect(named.length, `no test is named in: ${cell}`).toBeGreaterThan(0);
    for (const [, file = '', title] of named) {
      expect(existsSync(file), `${file} does not exist`).toBe(true);
      if (title !== undefined) expect(readFileSync(file, 'utf8')).toContain(title);
    }
  });
});
