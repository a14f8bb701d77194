/** The world that the configuration is looked up in, given as a value: no finder reads `process` or the disk by itself. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';

export type FileLook =
  | {
      readonly outcome: 'read';
      readonly text: string;
      /** Group or others may read it (never on Windows, whose rights are not in the mode). */
      readonly openToOthers: boolean;
    }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'unreadable'; readonly reason: string };

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly home: string;
  /** Absolute. */
  readonly cwd: string;
  /** Name of the person at the keyboard: PostgreSQL's default user. */
  readonly user: string;
  readonly look: (file: string) => FileLook;
  /** Follows symbolic links, as far as the path exists. */
  readonly realPath: (file: string) => string;
}

/** The real ones. */
export function realSurroundings(env: Surroundings['env'] = process.env): Surroundings {
  return { env, home: homedir(), cwd: process.cwd(), user: userName(env), look: lookAtFile, realPath };
}

/** Reads a small text file, and tells why when it cannot be read. Never throws. */
export function lookAtFile(file: string): FileLook {
  try {
    const { mode } = statSync(file);
    const openToOthers = process.platform !== 'win32' && (mode & 0o077) !== 0;
    return { outcome: 'read', text: readFileSync(file, 'utf8'), openToOthers };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { outcome: 'missing' };
    return { outcome: 'unreadable', reason: reasons[code] ?? code };
  }
}

/** The path without symbolic links; the part that does not exist yet stays as it is. */
export function realPath(file: string): string {
  const parent = path.dirname(file);
  try {
    return realpathSync.native(file);
  } catch {
    return parent === file ? file : path.join(realPath(parent), path.basename(file));
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'its permissions do not let this user read it',
  EPERM: 'its permissions do not let this user read it',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links go in a circle',
};

/** An environment variable; one that is set to nothing counts as not set, as in libpq and the AWS tools. */
export function variable(around: Pick<Surroundings, 'env'>, name: string): string | undefined {
  const value = around.env[name];
  return value === '' ? undefined : value;
}

/** The absolute path of what somebody wrote: `~/x` is in the home folder, `x` is relative to `base`. */
export function absolutePath(written: string, base: string, around: Pick<Surroundings, 'home'>): string {
  if (written === '~') return around.home;
  if (written.startsWith('~/')) return path.join(around.home, written.slice(2));
  return path.resolve(base, written);
}

/** A path for people: the home folder as `~`. */
export function showPath(file: string, around: Pick<Surroundings, 'home'>): string {
  return file.startsWith(`${around.home}${path.sep}`) ? `~${file.slice(around.home.length)}` : file;
}

function userName(env: Surroundings['env']): string {
  try {
    return userInfo().username;
  } catch {
    // A container's uid without an entry in /etc/passwd.
    return env['USER'] ?? 'postgres';
  }
}
