import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's folder, from the sources as well as from where they were compiled to. */
function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('the bench does not lie in the project');
  return findRoot(parent);
}

const root = findRoot(import.meta.dirname);

/** @param path relative to the package's folder */
export function fromRoot(path: string): string {
  return join(root, path);
}
