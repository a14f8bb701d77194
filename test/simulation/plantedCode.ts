import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Code } from './history.ts';

/** One place in the source, and what stands there instead. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly instead: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const copied = ['src/pipeline', 'test/memory'] as const;

/**
 * The code of a history with bugs planted in it: a copy of the pipeline and of the parts in memory, altered. What
 * they import from elsewhere is the real thing.
 * @throws when a place is not there exactly once: the source has changed, and the planted bug has to follow it
 */
export async function plantedCode(name: string, edits: readonly Edit[]): Promise<Code> {
  const folder = join(root, '.cache/planted', name.replaceAll(/\W+/g, '-'));
  await rm(folder, { recursive: true, force: true });
  for (const part of copied) {
    const to = join(folder, part);
    await cp(join(root, part), to, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
    for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = relative(to, join(entry.parentPath, entry.name));
      const source = await readFile(join(to, file), 'utf8');
      const path = `${part}/${file}`;
      await writeFile(
        join(to, file),
        linked(
          altered(
            source,
            edits.filter((edit) => edit.file === path),
          ),
        ),
      );
    }
  }
  const index = join(folder, 'test/simulation/code.ts');
  await cp(join(root, 'test/simulation/code.ts'), index);
  const code: unknown = await import(/* @vite-ignore */ pathToFileURL(index).href);
  if (!isCode(code)) throw new Error(`${index} does not export what a history needs`);
  return code;
}

function altered(source: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { file, find, instead }) => {
    if (text.split(find).length !== 2) throw new Error(`not there exactly once in ${file}: ${find}`);
    return text.replace(find, () => instead);
  }, source);
}

/** Imports that leave the copy go to the original: an error must be of the one class KuvaError. */
function linked(source: string): string {
  return source.replaceAll(
    /'(?:\.\.\/)+(?:src\/)?((?:image|ledger|store|transform)\/[^']+)'/g,
    (_import, path: string) => `'${join(root, 'src', path)}'`,
  );
}

function isCode(code: unknown): code is Code {
  const names = [
    'runWorker',
    'verify',
    'MemoryDatabase',
    'openMemoryLedger',
    'openMemoryQueue',
    'openMemoryStore',
  ];
  return typeof code === 'object' && code !== null && names.every((name) => name in code);
}
