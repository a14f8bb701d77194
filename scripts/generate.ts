/**
 * Writes the files that are made from the source: `kuva.schema.json` and the tables of `docs/`.
 * With `--check` it writes nothing and fails when one of them is not what it should be.
 *
 * Node 20 runs no TypeScript, hence `npm run generate`: `tsc -p tsconfig.scripts.json`, then the result.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { fillParts, referenceParts } from '../src/config/reference.ts';
import { schemaText } from '../src/config/schemaFile.ts';
import { openApiText } from '../src/dashboard/api/document.ts';
import { makeProgram } from '../src/cli/program.ts';
import { logFieldReference } from '../src/cli/narrate/fields.ts';
import { metricsReference } from '../src/web/metrics/definitions.ts';
import { commandReference, exitReference, failureReference } from '../src/cli/reference.ts';

const packageSchema = z.object({ version: z.string() });

/** The generated files below `root`, as they should be. */
export function generatedFiles(root: string): { readonly file: string; readonly text: string }[] {
  const filled = (name: string, parts: Readonly<Record<string, string>>): { file: string; text: string } => {
    const file = path.join(root, 'docs', name);
    return { file, text: fillParts(readFileSync(file, 'utf8'), parts) };
  };
  const { version } = packageSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
  return [
    { file: path.join(root, 'kuva.schema.json'), text: schemaText() },
    { file: path.join(root, 'docs/openapi.json'), text: openApiText(version) },
    filled('configuration.md', referenceParts()),
    filled('cli.md', {
      commands: commandReference(makeProgram('')),
      exits: exitReference(),
      failures: failureReference(),
    }),
    filled('monitoring.md', { ...metricsReference(), 'log-fields': logFieldReference() }),
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
