/** The table of crash points in docs/reliability.md is what the matrix runs, no more and no less. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { crashTable } from '../proof/crash/table.ts';

it('docs/reliability.md has the table of what the crash matrix runs', () => {
  const page = readFileSync('docs/reliability.md', 'utf8');
  const shown = /^\| killed when [^]*?(?=\n\n)/m.exec(page)?.[0];
  expect(shown).toBe(crashTable());
});
