import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, rename, symlink } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Links that npm cannot pack, which the package's install script would make; paths from the package's root. */
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the shared libraries' missing links (`libicuuc.so.60` → `libicuuc.so.60.2`) in a folder of our own: install
 * scripts may be off (`npm --ignore-scripts`, npm 12), and `node_modules` may belong to somebody else.
 * @param native the folder that holds `bin` and `lib`
 * @param folder where to make the links; made anew whenever the package has moved
 * @returns what to put into LD_LIBRARY_PATH, or undefined when nothing is missing. The package's own folder is in it
 *   too: a library that was found by a link looks for others beside the link, not beside itself
 */
export async function linkLibraries(native: string, folder: string): Promise<string | undefined> {
  const links = await missingLinks(native);
  if (links.length === 0) return undefined;
  await mkdir(folder, { recursive: true });
  for (const { name, file } of links) await link(path.join(folder, name), file);
  return [folder, path.join(native, 'lib')].join(path.delimiter);
}

async function missingLinks(native: string): Promise<{ name: string; file: string }[]> {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const root = path.dirname(native);
  return linksSchema
    .parse(JSON.parse(await readFile(list, 'utf8')))
    .filter(({ target }) => !existsSync(path.join(root, target)))
    .map(({ source, target }) => ({ name: path.basename(target), file: path.join(root, source) }));
}

/** By way of another name, so that a program that starts at the same time never finds it missing. */
async function link(name: string, file: string): Promise<void> {
  if ((await readlink(name).catch(() => undefined)) === file) return;
  const fresh = `${name}.${process.pid}`;
  await symlink(file, fresh);
  await rename(fresh, name);
}
