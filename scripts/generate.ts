/**
 * Writes the files that are made from the source: `kuva.schema.json` and the tables of `docs/configuration.md`.
 * With `--check` it writes nothing and fails when one of them is not what it should be.
 *
 * Node 20 runs no TypeScript, hence `npm run generate`: `tsc -p tsconfig.scripts.json`, then the result.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { fillParts, referenceParts } from '../src/config/reference.ts';
import { schemaText } from '../src/config/schemaFile.ts';

/** The generated files below `root`, as they should be. */
export function generatedFiles(root: string): { readonly file: string; readonly text: string }[] {
  const page = path.join(root, 'docs', 'configuration.md');
  return [
    { file: path.join(root, 'kuva.schema.json'), text: schemaText() },
    { file: page, text: fillParts(readFileSync(page, 'utf8'), referenceParts()) },
  ];
}

/** Those that are not as they should be. */
export function driftedFiles(root: string): string[] {
  return generatedFiles(root)
    .filter(({ file, text }) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(({ file }) => path.relative(root, file));
}

function main(argv: readonly string[]): number {
  const root = process.cwd();
  const drifted = driftedFiles(root);
  if (argv.includes('--check')) {
    for (const file of drifted) console.error(`${file} is not what the source makes: npm run generate`);
    return drifted.length === 0 ? 0 : 1;
  }
  for (const { file, text } of generatedFiles(root)) writeFileSync(file, text);
  console.log(drifted.length === 0 ? 'Everything was up to date.' : `Written: ${drifted.join(', ')}`);
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2));
}
