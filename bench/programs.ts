import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program of the tutorial, as found on this machine. */
export interface Program {
  readonly path: string;
  /** What it says its version is. */
  readonly version: string;
}

/** The tutorial's tools, and the server behind Allas. */
export interface Programs {
  readonly convert: Program;
  readonly s3cmd: Program;
  readonly psql: Program;
  readonly radosgw: Program;
}

/** @throws Error that names what is missing and the Debian packages that have it */
export async function findPrograms(): Promise<Programs> {
  const [convert, s3cmd, psql, radosgw] = await Promise.all([
    findImageMagick(),
    find(['/usr/bin/s3cmd'], '--version', /version (\S+)/),
    find(['/usr/bin/psql'], '--version', /PostgreSQL\) (\S+)/),
    find(['/usr/bin/radosgw'], '--version', /version (\S+)/),
  ]);
  const missing = Object.entries({ convert, s3cmd, psql, radosgw }).filter(
    ([, found]) => found === undefined,
  );
  if (convert === undefined || s3cmd === undefined || psql === undefined || radosgw === undefined) {
    throw new Error(
      `the bench needs ${missing.map(([name]) => name).join(', ')} (Debian: apt install imagemagick s3cmd postgresql-client radosgw ceph-mon ceph-osd)`,
    );
  }
  return { convert, s3cmd, psql, radosgw };
}

/**
 * ImageMagick 6, the one that Debian and Ubuntu install for the tutorial. The name `convert` alone proves nothing:
 * another program of that name may come first in the PATH.
 */
function findImageMagick(): Promise<Program | undefined> {
  return find(['/usr/bin/convert-im6.q16', '/usr/bin/convert'], '-version', /ImageMagick (6\S+)/);
}

async function find(
  paths: readonly string[],
  versionOption: string,
  pattern: RegExp,
): Promise<Program | undefined> {
  for (const path of paths) {
    try {
      await access(path, constants.X_OK);
      const { stdout, stderr } = await run(path, [versionOption], { timeout: 10_000 });
      const version = pattern.exec(stdout + stderr)?.[1];
      if (version !== undefined) return { path, version };
    } catch {
      // Not there, or not this program: the next one.
    }
  }
  return undefined;
}
