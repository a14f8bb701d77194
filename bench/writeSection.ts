import { readFile, writeFile } from 'node:fs/promises';
import { fromRoot } from './projectRoot.ts';

/** Parts of docs/performance.md that a command makes. */
export type Section = 'bench' | 'entropy' | 'profile' | 'scale' | 'objects' | 'buckets' | 'dashboard';

/**
 * Replaces what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
 * @throws Error when a mark is missing or stands twice: nothing is lost then
 */
export function replaceSection(page: string, section: Section, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${section}:begin -->`, `<!-- ${section}:end -->`];
  const pieces = page.split(begin);
  const [before, rest] = pieces;
  if (pieces.length !== 2 || before === undefined || rest === undefined)
    throw new Error(`the page must have ${begin} once`);
  const after = rest.split(end);
  if (after.length !== 2 || after[1] === undefined)
    throw new Error(`the page must have ${end} once, after ${begin}`);
  const text = lines.join('\n').trimEnd();
  if (text.includes('<!--') || text.includes('```')) throw new Error('the figures hold a mark of the page');
  return `${before}${begin}\n\n\`\`\`text\n${text}\n\`\`\`\n\n${end}${after[1]}`;
}

export async function writeSection(section: Section, lines: readonly string[]): Promise<void> {
  const path = fromRoot('docs/performance.md');
  await writeFile(path, replaceSection(await readFile(path, 'utf8'), section, lines));
}
