/** `kuva.schema.json`: the settings for editors, made from the schema that also checks them. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { fileSchema } from './schema.ts';

/** JSON Schema as text; draft 7, which the YAML language server knows best. */
export function schemaText(): string {
  const schema = z.toJSONSchema(fileSchema, {
    io: 'input',
    reused: 'inline',
    target: 'draft-7',
    unrepresentable: 'any',
  });
  return `${JSON.stringify({ title: 'kuva.yaml', ...schema }, withoutSafeBounds, 2)}\n`;
}

/** zod tells the bounds of safe integers, which are news to nobody. */
function withoutSafeBounds(key: string, value: unknown): unknown {
  const told =
    (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
    (key === 'minimum' && value === Number.MIN_SAFE_INTEGER);
  return told ? undefined : value;
}

/** The file that comes with the package: two folders above this module, in `src/` as in `dist/`. */
export const schemaFile = fileURLToPath(new URL('../../kuva.schema.json', import.meta.url));

/**
 * What a config file in `folder` writes behind `$schema=`: a relative path within the same tree, else a file URL.
 * Not an address on the web: the schema must be that of the version which reads the file.
 */
export function schemaReference(folder: string, file = schemaFile): string {
  const relative = path.relative(folder, file).split(path.sep).join('/');
  if (relative.startsWith('../..') || path.isAbsolute(relative)) return pathToFileURL(file).href;
  return relative.startsWith('..') ? relative : `./${relative}`;
}
