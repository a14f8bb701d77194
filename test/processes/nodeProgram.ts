/**
 * How Node runs one of the tests' own programs. Imported by such programs too: what puts them together (`programs.ts`) is
 * no part of them.
 */
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');
const loader = fileURLToPath(new URL('typescript.mjs', import.meta.url));

/** Names the folder in which they were put together, where they were. */
export const variable = 'KUVA_TEST_PROGRAMS';

/** Relative to the repository. Those of `src` come with the product's own names, by which they find each other. */
export const programs = [
  'src/transform/isolated/child.ts',
  'src/transform/coded/thread.ts',
  'test/ledger/migrator.ts',
  'test/ledger/queueWorker.ts',
  'test/ledger/embedded/holderProcess.ts',
  'test/transform/transformerProcess.ts',
  'test/proof/crash/storeWorker.ts',
  'test/proof/crash/worker.ts',
  'test/proof/own/differingWorker.ts',
  'test/proof/own/workerProcess.ts',
  'test/proof/poison/brokenDecoder.ts',
  'test/proof/poison/poisonedDecoder.ts',
  'test/proof/poison/workerProcess.ts',
];

/** What Node is given to run one of the tests' programs. */
export interface NodeProgram {
  readonly entry: URL;
  /** In front of the entry. */
  readonly options: readonly string[];
}

/** @param entry a TypeScript file. One that is not put together runs as well; it is compiled as it is loaded. */
export function nodeProgram(entry: URL): NodeProgram {
  const folder = process.env[variable];
  const name = path.relative(root, fileURLToPath(entry));
  return folder !== undefined && programs.includes(name)
    ? { entry: pathToFileURL(path.join(folder, name.replace(/\.ts$/, '.js'))), options: [] }
    : { entry, options: ['--import', loader] };
}
