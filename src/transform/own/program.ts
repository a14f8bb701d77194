import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/**
 * Finds a program as a shell would: a bare name on the search path, a name with a slash as a file, relative to `folder`.
 * @returns its absolute path; undefined when there is none that may be run
 */
export async function findProgram(
  name: string,
  folder: string,
  searchPath: string,
): Promise<string | undefined> {
  const candidates = name.includes('/')
    ? [isAbsolute(name) ? name : resolve(folder, name)]
    : searchPath
        .split(delimiter)
        .filter((part) => isAbsolute(part))
        .map((part) => join(part, name));
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate;
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** SHA-256 of a file, in hexadecimal. */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

const seen = new Map<string, { readonly mark: string; readonly sha256: string }>();

/**
 * SHA-256 of a file that is asked for again and again: it is read once more only when the system says that it was
 * written. (Whoever can forge that can write the ledger as well.)
 */
export async function currentDigest(path: string): Promise<string> {
  const real = await realpath(path);
  const { dev, ino, size, mtimeMs, ctimeMs } = await stat(real);
  const mark = [dev, ino, size, mtimeMs, ctimeMs].join();
  const known = seen.get(real);
  if (known?.mark === mark) return known.sha256;
  const sha256 = await digestOfFile(real);
  seen.set(real, { mark, sha256 });
  return sha256;
}
