/** Every row of docs/reliability.md and docs/security.md names the test that shows it; a promise whose test is gone is found here. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

describe.each(['docs/reliability.md', 'docs/security.md'])('%s', (file) => {
  const rows = readFileSync(file, 'utf8')
    // The table of crash points is another one: see `crashTable.test.ts`.
    .replace(/^\| killed when [^]*?\n\n/m, '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (fault|attempt) \|/.test(line))
    .map((line) => ({ line, cells: line.split(/(?<!\\)\|/).slice(1, -1) }));

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
    for (const [, test = '', title] of named) {
      expect(existsSync(test), `${test} does not exist`).toBe(true);
      if (title !== undefined) expect(readFileSync(test, 'utf8')).toContain(title);
    }
  });
});
