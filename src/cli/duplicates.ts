/** `kuva log --duplicates`: images that were put in more than once. */
import { csvLine } from '../image/csv.ts';
import { showKey } from '../image/key.ts';
import type { Catalogue, Duplicates } from '../ledger/catalogue/contract.ts';
import { jsonText } from './jsonText.ts';
import type { Terminal } from './terminal.ts';

/** The same bytes; or pictures that look alike, by a hash that a recipe measured. */
export type DuplicatesQuestion =
  | { readonly by: 'bytes' }
  | { readonly by: 'looks'; readonly path: readonly string[]; readonly distance: number };

export async function printDuplicates(
  catalogue: Catalogue,
  question: DuplicatesQuestion,
  format: 'table' | 'csv' | 'json',
  terminal: Terminal,
): Promise<void> {
  const groups =
    question.by === 'bytes' ? catalogue.sameBytes() : catalogue.lookAlike(question.path, question.distance);
  if (format === 'csv')
    terminal.exactLine(csvLine(['group', 'image', 'bucket', 'key', 'when', 'sha256', 'hash']));
  let count = 0;
  for await (const group of groups) {
    count++;
    print(group, count, format, terminal);
  }
  if (format !== 'table') return;
  if (count > 0) terminal.errorLine(`${count} ${count === 1 ? 'group' : 'groups'} of duplicates.`);
  else {
    terminal.errorLine(
      question.by === 'bytes'
        ? 'No image was put in twice.'
        : `No two pictures look alike. (Only images whose recipe has \`measure\` with \`hash\` are compared, by ${question.path.join('.')}.)`,
    );
  }
}

function print({ sha256, images }: Duplicates, group: number, format: string, terminal: Terminal): void {
  if (format === 'json') {
    terminal.line(jsonText({ ...(sha256 !== undefined && { sha256 }), images }));
    return;
  }
  if (format === 'csv') {
    for (const { id, bucket, key, at, hash } of images) {
      terminal.exactLine(csvLine([group, id.toString(), bucket, key, at.toISOString(), sha256, hash]));
    }
    return;
  }
  terminal.line(
    `${images.length} images${sha256 === undefined ? ' that look alike' : `, sha-256 ${sha256}`}:`,
  );
  for (const { id, key, at, hash } of images) {
    terminal.line(`  ${at.toISOString()}  ${id}  ${showKey(key)}${hash === undefined ? '' : `  ${hash}`}`);
  }
}
